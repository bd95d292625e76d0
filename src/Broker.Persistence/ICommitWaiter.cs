namespace Broker.Persistence;

/// <summary>Somebody who holds back packets until a commit.</summary>
public interface ICommitWaiter
{
    /// <summary>The ticket waited for is durable. Called on the store's thread: do not block.</summary>
    void OnCommitted();
}
