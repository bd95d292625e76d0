using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Messages;
using Broker.Security;

namespace Broker.Sessions;

/// <summary>
/// What the session's client may read. Who is among the receivers of a topic was asked when they were looked up; what was queued
/// under other rights than those of now is asked again before it is sent.
/// </summary>
internal sealed partial class Session
{
    private ClientAccess? _access;
    private long _uncheckedThrough;
    private int _uncheckedQos0;

    /// <summary>What its client may read and write; null: everything. Replaced as a whole.</summary>
    public ClientAccess? Access => Volatile.Read(ref _access);

    /// <summary>Where its client connected last; null: not known, since before the broker started.</summary>
    public ListenerOptions? Listener { get; private set; }

    /// <summary>What its client was given beside the access lists; null: nothing.</summary>
    public ClientGrant? Grant { get; private set; }

    /// <summary>The access lists have changed: its client has the rights of now.</summary>
    /// <returns>Whether anything is different.</returns>
    public bool Use(AccessControl lists) => Use(lists.For(Listener, UserName, ClientId, Grant));

    /// <summary>The access lists have changed.</summary>
    /// <param name="access">What its client may do now.</param>
    /// <returns>Whether anything is different: then receivers that were looked up are to be looked up again.</returns>
    public bool Use(ClientAccess? access)
    {
        lock (_lock) return TakeAccess(access);
    }

    // The object stays the same while the rights do, so that a client that comes back makes nobody look up receivers again.
    private bool TakeAccess(ClientAccess? access)
    {
        if (ClientAccess.AreSame(_access, access)) return false;
        Volatile.Write(ref _access, access);
        // It is asked for the client that left it: one that takes the session over finds none here.
        if (Will is { } will) Will = will with { Access = access };
        _uncheckedThrough = _lastSequence;
        _uncheckedQos0 = _outbox?.Qos0Count ?? 0;
        return true;
    }

    private bool MayRead(Message message) => _access is not { } access || access.MayRead(message.Topic.Name);

    // Under the lock. Whether the rights of now forbid what was queued under others; counted.
    private bool IsForbidden(in OutboxEntry entry)
    {
        if (entry.Sequence > _uncheckedThrough || MayRead(entry.Message)) return false;
        Drop(DropReason.NotReadable);
        TellUnsent(TraceWord.Dropped, in entry, DropReason.NotReadable);
        return true;
    }

    private bool IsForbiddenQos0(in OutboxEntry entry)
    {
        if (_uncheckedQos0 == 0) return false;
        _uncheckedQos0--;
        if (MayRead(entry.Message)) return false;
        Drop(DropReason.NotReadable);
        TellUnsent(TraceWord.Dropped, in entry, DropReason.NotReadable);
        return true;
    }
}
