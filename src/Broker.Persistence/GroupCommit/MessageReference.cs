namespace Broker.Persistence.GroupCommit;

/// <summary>The row that a message was given. It may be gone from the database: <see cref="MessageReferences"/> knows.</summary>
/// <param name="owner">Whose row: a message may be given to two stores in one process.</param>
/// <param name="id">Its key.</param>
internal sealed class MessageReference(MessageReferences owner, long id)
{
    public MessageReferences Owner { get; } = owner;

    public long Id { get; } = id;

    /// <summary>The plan that refers to it last.</summary>
    public CommitPlan? Plan { get; set; }

    /// <summary>How many deliveries that plan adds.</summary>
    public int Added { get; set; }
}
