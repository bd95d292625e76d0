using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Load.Checking;
using Load.Clients;
using Load.Options;
using Load.Wire;

namespace Load.Scenarios;

/// <summary>
/// The clients of `slow`: readers of every kind, three publishers that flood them with QoS 0, 1 and 2, and a bystander who sends
/// to a reader of its own as fast as that one takes it.
/// </summary>
internal sealed class SlowCrowd : IDisposable
{
    /// <summary>QoS 0, 1 and 2.</summary>
    public const int Floods = 3;

    private const int Kinds = 6;
    private const int FloodWindow = 100;
    private const int BystanderWindow = 16;
    private const int ChunkBytes = 256 * 1024;
    private const int UnreadBytes = 64 * 1024;

    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(60);

    private readonly LoadOptions _options;
    private readonly string _run = "slow" + RandomNumberGenerator.GetHexString(6, lowercase: true);
    private readonly Publisher[] _floods = new Publisher[Floods];
    private readonly Publisher _bystander;
    private readonly Subscriber _companion;
    private readonly List<Client> _readerClients = [];
    private readonly List<Client> _otherClients = [];
    private readonly int _chunk;
    private bool _isFlooding;

    public SlowCrowd(LoadOptions options)
    {
        _options = options;
        _chunk = Math.Max(1, ChunkBytes / options.Payload);
        int readers = (options.Subscribers ?? 4) * Kinds;
        // Those alone whose queue is in the store: QoS 0 is in memory always.
        bool isStored = options.Persistent;
        Readers = new SlowReader[readers];
        for (int i = 0; i < readers; i++)
        {
            SlowReaderShape shape = isStored
                ? new SlowReaderShape(i, Qos: 1 + i % 2, IsPersistent: true, FirstPublisher: 1)
                : new SlowReaderShape(i, Qos: i % Floods, IsPersistent: i % Kinds >= Floods);
            Readers[i] = new SlowReader(shape, Floods, readers, $"{_run}/extra/{i}");
        }
        string[] topics =
        [
            .. Enumerable.Range(0, Floods * readers).Select(
                topic => string.Create(CultureInfo.InvariantCulture, $"{_run}/{topic % readers}/q{topic / readers}")),
        ];
        for (int qos = 0; qos < Floods; qos++)
        {
            var shape = new PublisherShape
            {
                Number = qos,
                Topics = new TopicRange(qos * readers, readers),
                Window = FloodWindow,
                Qos = qos,
            };
            _floods[qos] = new Publisher(shape, Templates(qos, topics), FloodAcks);
        }
        var beside = new PublisherShape
        {
            Number = 0,
            Topics = new TopicRange(0, 1),
            Window = BystanderWindow,
            Qos = 1,
            Receivers = [1],
        };
        _bystander = new Publisher(beside, Templates(1, [$"{_run}/beside"]), BystanderAcks);
        _companion = new Subscriber(0, new StreamCheck(new TopicRange(0, 1), 1, Beside), Beside);
        var closedLoop = new ClosedLoop([_bystander]);
        _bystander.Join(closedLoop);
        _companion.Join(closedLoop);
        Loop.TurnEnd += closedLoop.GoOn;
        Loop.TurnEnd += FloodMore;
    }

    public EventLoop Loop { get; } = new();

    public SlowReader[] Readers { get; }

    public AckTotals FloodAcks { get; } = new();

    public AckTotals BystanderAcks { get; } = new();

    /// <summary>What the bystander's reader got.</summary>
    public DeliveryTotals Beside { get; } = new();

    /// <summary>Messages that the bystander sent.</summary>
    public long SentBeside => _bystander.SentUnder(0);

    /// <summary>Messages that the floods sent.</summary>
    public long Sent => Enumerable.Range(0, Floods).Sum(SentBy);

    /// <summary>Messages that the floods with QoS 1 and 2 sent and that are not acknowledged.</summary>
    public int InFlight => _floods.Sum(flood => flood.InFlight) + _bystander.InFlight;

    /// <summary>Messages of one of the floods to a reader.</summary>
    public long SentTo(int reader, int qos) => _floods[qos].SentUnder(qos * Readers.Length + reader);

    /// <summary>Messages that a reader subscribes to, so far.</summary>
    public long OwedTo(SlowReader reader)
    {
        long owed = 0;
        for (int qos = reader.Shape.FirstPublisher; qos < Floods; qos++) owed += SentTo(reader.Shape.Number, qos);
        return owed;
    }

    /// <summary>Everybody comes, the readers first.</summary>
    public void Connect()
    {
        foreach (SlowReader reader in Readers)
        {
            byte qos = SubscriptionRequest.ToOptions((QualityOfService)reader.Shape.Qos);
            SubscriptionRequest[] requests =
            [
                .. Enumerable.Range(reader.Shape.FirstPublisher, Floods - reader.Shape.FirstPublisher).Select(publisher =>
                    new SubscriptionRequest(
                        string.Create(CultureInfo.InvariantCulture, $"{_run}/{reader.Shape.Number}/q{publisher}"), qos)),
            ];
            _readerClients.Add(Open(reader, ReaderId(reader), !reader.Shape.IsPersistent, requests));
            _readerClients[^1].Link.LimitUnread(UnreadBytes);
        }
        byte one = SubscriptionRequest.ToOptions(QualityOfService.AtLeastOnce);
        _otherClients.Add(Open(_companion, $"{_run}-companion", true, [new SubscriptionRequest($"{_run}/beside", one)]));
        _otherClients.Add(Open(_bystander, $"{_run}-bystander", true, []));
        for (int qos = 0; qos < Floods; qos++) _otherClients.Add(Open(_floods[qos], $"{_run}-flood-{qos}", true, []));
        Await(_readerClients.Concat(_otherClients), static client => client.IsReady, "were not answered");
    }

    /// <summary>Publishes for a time, or so many messages, then waits until all of it is acknowledged.</summary>
    /// <param name="seconds">How long.</param>
    /// <param name="messages">
    /// In place of it: so many, of which a quarter or more with QoS 1 and a quarter or more with QoS 2; null: the time counts.
    /// </param>
    /// <param name="halfway">Is called once, in the middle.</param>
    /// <returns>How long it was.</returns>
    public double Flood(double seconds, long? messages = null, Action? halfway = null)
    {
        long[] before = [.. _floods.Index().Select(flood => SentBy(flood.Index))];
        long from = Stopwatch.GetTimestamp();
        _bystander.Start(long.MaxValue);
        for (int qos = 1; qos < Floods; qos++) _floods[qos].Start(long.MaxValue);
        _isFlooding = true;
        for (int half = 1; half <= 2; half++)
        {
            if (messages is { } all) AwaitSent(before, all * half / 2);
            else Loop.RunFor(TimeSpan.FromSeconds(seconds / 2));
            if (half == 1) halfway?.Invoke();
        }
        double took = Stopwatch.GetElapsedTime(from).TotalSeconds;
        _isFlooding = false;
        foreach (Publisher flood in _floods) flood.Stop();
        _bystander.Stop();
        Loop.RunWhileMoving(
            () => InFlight == 0, () => FloodAcks.Acked + FloodAcks.Refused, TimeSpan.FromSeconds(_options.PatienceSeconds));
        return took;
    }

    public void SetReading(bool isOn)
    {
        foreach (Client client in _readerClients) client.Link.SetReading(isOn);
    }

    /// <summary>Waits until the broker has nothing left to deliver, and the readers have it.</summary>
    /// <returns>False: nothing moves any more.</returns>
    public bool AwaitAll(Func<bool> isAllDelivered)
    {
        // The broker looks at its queues twice a second at most.
        var between = TimeSpan.FromSeconds(0.6);
        long before;
        long movedAt = Stopwatch.GetTimestamp();
        for (int looks = 0; looks < 2;)
        {
            before = Progress;
            Loop.RunFor(between);
            if (Progress != before) movedAt = Stopwatch.GetTimestamp();
            looks = isAllDelivered() ? looks + 1 : 0;
            if (Stopwatch.GetElapsedTime(movedAt).TotalSeconds > _options.PatienceSeconds) return false;
        }
        // An answer comes behind what was due when it was asked for.
        foreach (SlowReader reader in Readers) reader.AskForAnswers();
        return Loop.RunWhileMoving(
            () => Array.TrueForAll(Readers, static reader => reader.AnswersOwed == 0),
            () => Progress, TimeSpan.FromSeconds(_options.PatienceSeconds));
    }

    /// <summary>Everybody goes, and leaves no session behind.</summary>
    public void Leave()
    {
        Close(_readerClients);
        foreach (SlowReader reader in Readers.Where(static reader => reader.Shape.IsPersistent))
            _readerClients.Add(Open(new IdleRole(reader.Shape.Number), ReaderId(reader), isClean: true, []));
        Await(_readerClients, static client => client.IsReady, "were not answered");
        Close(_readerClients);
        Close(_otherClients);
    }

    public void Dispose() => Loop.Dispose();

    private long Progress => Readers.Sum(static reader => reader.Received - reader.AnswersOwed) + Beside.Received;

    private long SentBy(int qos) => Readers.Sum(reader => SentTo(reader.Shape.Number, qos));

    private void AwaitSent(long[] before, long messages) => Loop.RunWhileMoving(
        () => Sent - before.Sum() >= messages && SentBy(1) - before[1] >= messages / 4 && SentBy(2) - before[2] >= messages / 4,
        () => Sent, TimeSpan.FromSeconds(_options.PatienceSeconds));

    // Nobody says when the next message with QoS 0 may go: so many each turn of the loop.
    private void FloodMore()
    {
        if (_isFlooding) _floods[0].Start(_chunk);
    }

    private PublishTemplates Templates(int qos, string[] topics) =>
        new(ProtocolVersion.Mqtt50, qos, _options.Payload, topics);

    private string ReaderId(SlowReader reader) =>
        string.Create(CultureInfo.InvariantCulture, $"{_run}-reader-{reader.Shape.Number}");

    private Client Open(IRole role, string id, bool isClean, SubscriptionRequest[] subscriptions)
    {
        // Before 5.0 a publisher is not told that a queue was full.
        ConnectPacket connect = new()
        {
            Version = role is Publisher ? ProtocolVersion.Mqtt50 : ProtocolVersion.Mqtt311,
            ClientId = id,
            CleanStart = isClean,
        };
        return Client.Open(Loop, new Endpoint(_options.Port, _options.Transport), role, connect, subscriptions);
    }

    private void Close(List<Client> clients)
    {
        foreach (Client client in clients) client.Leave();
        Await(clients, static client => client.IsClosed, "were not let go");
        clients.Clear();
    }

    private void Await(IEnumerable<Client> clients, Func<Client, bool> isDone, string otherwise)
    {
        if (!Loop.RunUntil(() => clients.All(isDone), HandshakeLimit))
            throw new LoadException($"{clients.Count(client => !isDone(client))} clients {otherwise}");
    }
}
