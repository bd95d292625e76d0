using Broker.Sessions;

namespace Broker.Routing;

/// <summary>The members of one share name and filter. They take turns; who is connected and has room comes first.</summary>
internal sealed class SharedGroup
{
    private Subscription[] _members = [];
    private uint _turn;

    public SharedGroup(string name) => Name = name;

    /// <summary>The share name.</summary>
    public string Name { get; }

    /// <summary>A snapshot; replaced as a whole.</summary>
    public Subscription[] Members => Volatile.Read(ref _members);

    /// <summary>Where the next round begins.</summary>
    public uint NextTurn() => Interlocked.Increment(ref _turn);

    /// <summary>Adds or replaces the member of a session. Under the tree's lock.</summary>
    public void Put(Subscription member) =>
        Volatile.Write(ref _members, [.. _members.Where(other => other.Session != member.Session), member]);

    /// <summary>Removes the member of a session. Under the tree's lock.</summary>
    public void Remove(Session session) =>
        Volatile.Write(ref _members, [.. _members.Where(other => other.Session != session)]);
}
