using System.Globalization;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Load.Checking;
using Load.Clients;
using Load.Options;
using Load.Wire;

namespace Load.Scenarios;

/// <summary>
/// Pairs of devices, each with one client id and its persistent session, which connect again at once when they are thrown out,
/// and a publisher that sends to each of the sessions once a second with QoS 1. They are on a thread of their own.
/// </summary>
internal sealed class Fight : IDisposable
{
    private const int Sources = 32;
    private const int Window = 1000;

    /// <summary>Handshakes that are under way at once before it begins.</summary>
    private const int Burst = 50;

    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(60);

    private readonly LoadOptions _options;
    private readonly string _run;
    private readonly EventLoop _loop = new();
    private readonly SideLoop _side;
    private readonly Redialling _redialling = new();
    private readonly Inbox[] _inboxes;
    private readonly Device[] _first;
    private readonly Device[] _second;
    private readonly Publisher _publisher;
    private Client? _publisherClient;
    private Pacer? _pacer;

    /// <param name="options">Where, and for how long nothing may move.</param>
    /// <param name="run">In front of the client ids.</param>
    /// <param name="pairs">How many.</param>
    public Fight(LoadOptions options, string run, int pairs)
    {
        _options = options;
        _run = run;
        _inboxes = [.. Enumerable.Range(0, pairs).Select(static _ => new Inbox())];
        _first = [.. Enumerable.Range(0, pairs).Select(Make)];
        _second = [.. Enumerable.Range(0, pairs).Select(Make)];
        var templates = new PublishTemplates(
            ProtocolVersion.Mqtt311, qos: 1, options.Payload, [.. Enumerable.Range(0, pairs).Select(TopicOf)]);
        var shape = new PublisherShape { Number = 0, Topics = new TopicRange(0, pairs), Window = Window, Qos = 1 };
        _publisher = new Publisher(shape, templates, Acks);
        _loop.Pace = now => Math.Min(_redialling.Run(now), _pacer?.Run(now) ?? long.MaxValue);
        _side = new SideLoop(_loop, "fight");
    }

    public DeviceTotals Totals { get; } = new();

    public AckTotals Acks { get; } = new();

    /// <summary>How often the session of each pair has been taken over.</summary>
    public IEnumerable<long> Takeovers => _first.Zip(_second, static (one, other) => one.ThrownOut + other.ThrownOut);

    /// <summary>Messages that were sent, by client id.</summary>
    public IEnumerable<long> Sent => Enumerable.Range(0, _inboxes.Length).Select(_publisher.SentUnder);

    /// <summary>Different messages that came, by client id.</summary>
    public IEnumerable<long> Received => _inboxes.Select(static inbox => inbox.Received);

    /// <summary>Messages that came again and did not say so.</summary>
    public long Duplicates => _inboxes.Sum(static inbox => inbox.Duplicates);

    /// <summary>Messages that nobody has acknowledged to the publisher.</summary>
    public int Unacknowledged => _publisher.InFlight;

    public IEnumerable<string> ClientIds => Enumerable.Range(0, _inboxes.Length).Select(IdOf);

    /// <summary>One device of each pair comes, and the publisher.</summary>
    public void Connect(EventLoop others) => _side.Do(Connect, others, "devices did not get to come");

    /// <summary>The others come.</summary>
    public void Begin(EventLoop others) => _side.Do(
        () =>
        {
            _pacer = new Pacer([_publisher], _inboxes.Length);
            foreach (Device device in _second) device.Dial();
        },
        others,
        "the fight did not get to begin");

    /// <summary>Those who came last go away without a word, and the publisher stops.</summary>
    public void End(EventLoop others) => _side.Do(
        () =>
        {
            foreach (Device device in _second) device.Leave();
            _pacer!.Stop();
            _publisher.Stop();
            var patience = TimeSpan.FromSeconds(_options.PatienceSeconds);
            _loop.RunWhileMoving(() => _publisher.InFlight == 0, () => Acks.Acked, patience);
            _loop.RunWhileMoving(() => Received.SequenceEqual(Sent), () => Totals.Received + Totals.Accepted, patience);
        },
        others,
        "the fight did not come to an end");

    /// <summary>Everybody leaves.</summary>
    public void Leave(EventLoop others) => _side.Do(
        () =>
        {
            foreach (Device device in _first) device.Leave();
            _publisherClient!.Leave();
            Await(() => _publisherClient.IsClosed, "the publisher was not let go");
        },
        others,
        "devices did not get to leave");

    public void Dispose()
    {
        _side.Dispose();
        _loop.Dispose();
    }

    private void Connect()
    {
        foreach (Device[] some in _first.Chunk(Burst))
        {
            foreach (Device device in some) device.Dial();
            Await(() => Array.TrueForAll(some, static device => device.IsReady), "devices were not answered");
        }
        ConnectPacket connect = new() { Version = ProtocolVersion.Mqtt311, ClientId = $"{_run}-teller", CleanStart = true };
        _publisherClient = Client.Open(_loop, new Endpoint(_options.Port, _options.Transport), _publisher, connect, []);
        Await(() => _publisherClient.IsReady, "the publisher was not answered");
    }

    private void Await(Func<bool> isDone, string otherwise)
    {
        if (!_loop.RunUntil(isDone, HandshakeLimit)) throw new LoadException(otherwise);
    }

    private Device Make(int number)
    {
        byte qos1 = SubscriptionRequest.ToOptions(QualityOfService.AtLeastOnce);
        var shape = new DeviceShape
        {
            Number = number,
            Endpoint = new Endpoint(_options.Port, _options.Transport, 1 + (number % Sources)),
            Inbox = _inboxes[number],
            Connect = new ConnectPacket { Version = ProtocolVersion.Mqtt311, ClientId = IdOf(number), KeepAliveSeconds = 600 },
            Subscriptions = [new SubscriptionRequest(TopicOf(number), qos1)],
            Retry = TimeSpan.Zero,
            Patience = TimeSpan.FromSeconds(_options.PatienceSeconds),
        };
        return new Device(_loop, shape, Totals, _redialling) { Acknowledges = true };
    }

    private string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{_run}-twin{number}");

    private string TopicOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{_run}/twin/{number}");
}
