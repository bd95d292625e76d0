using Broker.Messages;
using Broker.Protocol;
using Broker.Sessions;

namespace Broker.Benchmarks.Engine;

/// <summary>A connection that writes nothing: it takes what its session has, and acknowledges QoS 1 at once.</summary>
internal sealed class TakingConnection : ISessionConnection
{
    private readonly OutgoingBatch _batch = new();
    private bool _isTouched;

    public TakingConnection(string clientId, SessionContext context)
    {
        Session = new Session(clientId, context);
        Session.Attach(this, new AttachOptions(null, Session.NeverExpires, ushort.MaxValue, null));
    }

    public Session Session { get; }

    /// <summary>Messages taken.</summary>
    public int Taken { get; private set; }

    public bool WaitsForCommit => true;

    public bool TryTouch()
    {
        bool isFirst = !_isTouched;
        _isTouched = true;
        return isFirst;
    }

    public void Drain()
    {
        _isTouched = false;
        Session.Take(this, _batch);
        foreach (ref readonly OutgoingItem item in _batch.Items)
        {
            Taken++;
            if (item.Entry.Qos == QualityOfService.AtLeastOnce)
                Session.OnPubAck(this, PacketIds.Of(item.Entry.Sequence));
        }
        _batch.Clear();
    }

    public Task ReadingEndedAsync() => Task.CompletedTask;

    /// <summary>Never: everything goes by the queues.</summary>
    public bool TryHold(ConnectionHold hold) => false;

    public void Pass(in PublicationRun run, int count, in PassedDelivery delivery) =>
        throw new InvalidOperationException("It is never held.");

    public void LetGo(ConnectionHold hold)
    {
    }

    public void CloseTakenOver() => throw new InvalidOperationException("Nobody takes over.");
}
