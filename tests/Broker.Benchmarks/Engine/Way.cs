using Broker.Benchmarks.Wire;
using Broker.Persistence;
using Broker.Protocol;

namespace Broker.Benchmarks.Engine;

/// <summary>A publisher, a broker and its subscribers on one thread.</summary>
internal sealed class Way : IDisposable
{
    private readonly InlineBroker _broker;
    private readonly InlineClient _publisher;
    private readonly InlineClient[] _subscribers;

    /// <param name="version">What all clients speak.</param>
    /// <param name="qos">Of the subscriptions.</param>
    /// <param name="subscribers">How many there are.</param>
    /// <param name="isStored">Whether the sessions are kept in a store.</param>
    public Way(ProtocolVersion version, QualityOfService qos, int subscribers = 1, bool isStored = false)
    {
        _broker = new InlineBroker(isStored ? new PromptStore() : new MemoryStateStore());
        _publisher = _broker.Connect(version, isStored);
        _subscribers = new InlineClient[subscribers];
        for (int i = 0; i < subscribers; i++)
            _subscribers[i] = _broker.Subscribe(version, qos, Frames.Topic, isStored);
    }

    /// <summary>Sends frames of the publisher and sees every exchange through to its end.</summary>
    /// <returns>Packets that the broker sent.</returns>
    public int Publish(byte[] frames)
    {
        _publisher.Send(frames);
        int packets = 0;
        foreach (InlineClient subscriber in _subscribers) packets += subscriber.ReceiveAndAnswer();
        if (packets < _subscribers.Length) throw new InvalidOperationException("The message did not arrive on this thread.");
        return packets + _publisher.ReceiveAndAnswer();
    }

    public void Dispose() => _broker.Dispose();
}
