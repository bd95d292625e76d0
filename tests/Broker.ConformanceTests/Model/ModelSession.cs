using Broker.Protocol;

namespace Broker.ConformanceTests.Model;

/// <summary>What a client has in the model's broker, connected or not.</summary>
internal sealed class ModelSession
{
    private readonly List<ModelDelivery> _qos0 = [];
    private readonly List<ModelDelivery> _unfinished = []; // QoS 1 and 2
    private int _sent; // of those, on this connection
    private ModelConnect? _connect;

    public Dictionary<string, ModelSubscription> Subscriptions { get; } = [];

    public uint ExpirySeconds { get; private set; }

    public long AwaySince { get; private set; }

    public bool IsConnected => _connect is not null;

    public ModelMessage? Will => _connect?.Will;

    /// <summary>A connection begins: what is not complete is sent again, from the first on.</summary>
    public void Begin(ModelConnect connect) => (_connect, ExpirySeconds, _sent) = (connect, connect.ExpirySeconds, 0);

    public void Leave(long now) => (_connect, AwaySince) = (null, now);

    /// <summary>QoS 0 is for those who are there.</summary>
    public void Take(ModelDelivery delivery)
    {
        if (delivery.Qos > QualityOfService.AtMostOnce) _unfinished.Add(delivery);
        else if (IsConnected) _qos0.Add(delivery);
    }

    /// <summary>What the connected client has received since the last time, when nothing is on its way any more.</summary>
    public ModelDelivery[] Receive(long now)
    {
        _unfinished.RemoveAll(delivery => !delivery.Dup && delivery.Message.ExpiresAt <= now);
        ModelDelivery[] received = [.. _qos0, .. _unfinished[_sent..]];
        _qos0.Clear();
        if (_connect!.Answers) _unfinished.Clear();
        for (; _sent < _unfinished.Count; _sent++) _unfinished[_sent] = _unfinished[_sent] with { Dup = true };
        _sent = _unfinished.Count;
        return received;
    }
}

/// <summary>A message on its way to one client; <paramref name="Dup"/> once it was sent.</summary>
internal sealed record ModelDelivery(ModelMessage Message, QualityOfService Qos, bool Retain, uint[] Ids, bool Dup = false);

/// <summary>A connection as the model knows it.</summary>
/// <param name="IsClean">Clean Session or Clean Start.</param>
/// <param name="ExpirySeconds">Session Expiry Interval.</param>
/// <param name="Answers">Whether the client answers what it receives with QoS 1 and 2.</param>
/// <param name="Will">Its will, or null.</param>
internal sealed record ModelConnect(bool IsClean, uint ExpirySeconds, bool Answers, ModelMessage? Will);
