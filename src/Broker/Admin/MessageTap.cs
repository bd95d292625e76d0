using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Broker.Connections;
using Broker.Diagnostics;
using Broker.Messages;
using Broker.Protocol;
using Broker.Sessions;

namespace Broker.Admin;

/// <summary>
/// A subscriber that is no client: gets with QoS 0 what a filter matches, for an administrator to read along. It has a session
/// like any other, with the queue and the limits of one, so that a reader who is slow loses messages by a cause that is counted.
/// </summary>
internal sealed class MessageTap : ISessionConnection
{
    /// <summary>Messages that were taken from the session and not read yet.</summary>
    private const int TakenMax = 128;

    /// <summary>Payload bytes of those; when there are as many, none is taken any more.</summary>
    public const int TakenBytesMax = 1024 * 1024;

    private readonly BrokerEngine _engine;
    private readonly OutgoingBatch _batch = new();
    private readonly Channel<Message> _taken = Channel.CreateBounded<Message>(
        new BoundedChannelOptions(TakenMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private Session? _session;
    private volatile bool _isClosed;
    private long _takenBytes;
    private int _next;
    private int _touched;
    private int _wanted;

    private MessageTap(BrokerEngine engine) => _engine = engine;

    public bool WaitsForCommit => false;

    /// <summary>Subscribes.</summary>
    /// <param name="engine">Where.</param>
    /// <param name="filter">A topic filter, not of a shared subscription.</param>
    /// <param name="who">For whom, for who looks at sessions.</param>
    /// <param name="wantsRetained">Whether what is retained comes first.</param>
    /// <returns>Null: there are as many sessions as there may be.</returns>
    public static MessageTap? Open(BrokerEngine engine, string filter, string who, bool wantsRetained)
    {
        MessageTap tap = new(engine);
        string clientId = $"{Session.OfBroker}messages {who} {Guid.NewGuid():N}";
        AttachOptions options = new(UserName: null, ExpirySeconds: 0, ReceiveMaximum: 1, Will: null);
        if (engine.Sessions.Open(tap, clientId, cleanStart: true, in options).Session is not { } session) return null;
        tap._session = session;
        Subscription subscription = new()
        {
            Session = session,
            Key = filter,
            Filter = filter,
            Qos = QualityOfService.AtMostOnce,
            RetainAsPublished = true,
        };
        engine.Sessions.Subscribe(subscription, optionsByte: 0, tap, out _);
        if (wantsRetained) session.Enqueue(engine.Retained.Replay(subscription));
        tap.Drain();
        return tap;
    }

    /// <summary>Whether there is something to read, or will be; false: it is over, another administrator ended it.</summary>
    public Task<bool> WaitToReadAsync(CancellationToken token) => _taken.Reader.WaitToReadAsync(token).AsTask();

    /// <summary>Takes a message that is there.</summary>
    public bool TryRead([NotNullWhen(true)] out Message? message)
    {
        if (!_taken.Reader.TryRead(out message)) return false;
        Interlocked.Add(ref _takenBytes, -message.PayloadLength);
        TrafficCounts traffic = _engine.Metrics.Traffic.OfThread;
        traffic.Sent((byte)((int)PacketType.Publish << 4), 1, bytes: 0);
        traffic.PayloadSent(message.PayloadLength);
        if (_engine.Metrics.Traces.Now is { } audience)
            audience.Tell(_session!.Describe(TraceWord.Sent, new OutboxEntry(message, [], QualityOfService.AtMostOnce, false)));
        return true;
    }

    /// <summary>Ends the subscription; what was not read is lost.</summary>
    public void Close()
    {
        _engine.Sessions.Close(this, _session!, isWillWanted: false, expirySeconds: null);
        _taken.Writer.TryComplete();
        int lost = 0;
        while (_taken.Reader.TryRead(out _)) lost++;
        Lose(lost);
        _isClosed = true;
        Drain();
    }

    public bool TryTouch() => Interlocked.Exchange(ref _touched, 1) == 0;

    /// <summary>Takes what the session has, as far as there is room. Any thread; one at a time.</summary>
    public void Drain()
    {
        Volatile.Write(ref _touched, 0);
        if (Interlocked.Increment(ref _wanted) != 1) return;
        int seen = 1;
        while (seen != 0)
        {
            Take();
            seen = Interlocked.Add(ref _wanted, -seen);
        }
    }

    public Task ReadingEndedAsync() => Task.CompletedTask;

    public bool TryHold(ConnectionHold hold) => false;

    public void Pass(in PublicationRun run, int count, in PassedDelivery delivery) =>
        throw new NotSupportedException("it is never held");

    public void LetGo(ConnectionHold hold)
    {
    }

    public void CloseTakenOver() => _taken.Writer.TryComplete();

    private void Lose(int count)
    {
        if (count > 0) _engine.Metrics.MessageDropped(DropReason.ConnectionLost, count);
    }

    private void Take()
    {
        while (_session is { } session)
        {
            if (_isClosed)
            {
                Lose(_batch.Items.Length - _next);
                _batch.Clear();
                _next = 0;
                return;
            }
            for (; _next < _batch.Items.Length; _next++)
            {
                Message message = _batch.Items[_next].Entry.Message;
                // Full: who reads asks again.
                if (Volatile.Read(ref _takenBytes) >= TakenBytesMax || !_taken.Writer.TryWrite(message)) return;
                Interlocked.Add(ref _takenBytes, message.PayloadLength);
            }
            _batch.Clear();
            _next = 0;
            session.Take(this, _batch);
            if (_batch.Items.Length == 0 && !_batch.HasMore) return;
        }
    }
}
