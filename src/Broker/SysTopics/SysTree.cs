using System.Globalization;
using System.Text;
using Broker.Connections;
using Broker.Diagnostics;
using Broker.Messages;
using Broker.Protocol;
using Broker.Routing;

namespace Broker.SysTopics;

/// <summary>
/// <c>$SYS/broker/...</c> as mosquitto 2.1 has it: retained, QoS 2, when the broker starts and then each time the wall clock is a
/// multiple of <c>sys_interval</c>, what has changed. Nothing of it is kept in the store. Of our own is
/// <c>$SYS/broker/takeovers/...</c>, from the first time on that a client id is fought over.
/// </summary>
internal sealed class SysTree : IHeartbeatListener
{
    private const string Root = "$SYS/broker/";

    private static readonly (string Name, Func<SysFigures, long> Of)[] Loads =
    [
        ("messages/received", static figures => figures.PacketsReceived),
        ("messages/sent", static figures => figures.PacketsSent),
        ("publish/dropped", static figures => figures.PublishesDropped),
        ("publish/received", static figures => figures.PublishesReceived),
        ("publish/sent", static figures => figures.PublishesSent),
        ("bytes/received", static figures => figures.BytesReceived),
        ("bytes/sent", static figures => figures.BytesSent),
        ("sockets", static figures => figures.Sockets),
        ("connections", static figures => figures.Connections),
    ];

    private static readonly (string Topic, Func<SysFigures, long> Of)[] Numbers =
    [
        ("clients/total", static figures => figures.Engine.SessionsOnline + figures.Engine.SessionsAway),
        ("clients/inactive", static figures => figures.Engine.SessionsAway),
        ("clients/disconnected", static figures => figures.Engine.SessionsAway),
        ("clients/active", static figures => figures.Engine.SessionsOnline),
        ("clients/connected", static figures => figures.Engine.SessionsOnline),
        ("clients/expired", static figures => figures.SessionsExpired),
        ("messages/received", static figures => figures.PacketsReceived),
        ("messages/sent", static figures => figures.PacketsSent),
        ("messages/stored", static figures => figures.Engine.Retained + figures.Engine.Open),
        ("store/messages/count", static figures => figures.Engine.Retained + figures.Engine.Open),
        ("store/messages/bytes",
            static figures => figures.Engine.RetainedBytes + figures.Engine.WaitingBytes + figures.Engine.InFlightBytes),
        ("subscriptions/count", static figures => figures.Engine.Subscriptions),
        ("shared_subscriptions/count", static figures => figures.Engine.SharedSubscriptions),
        ("retained messages/count", static figures => figures.Engine.Retained),
        ("bytes/received", static figures => figures.BytesReceived),
        ("bytes/sent", static figures => figures.BytesSent),
        ("publish/messages/dropped", static figures => figures.PublishesDropped),
        ("publish/messages/received", static figures => figures.PublishesReceived),
        ("publish/messages/sent", static figures => figures.PublishesSent),
        ("publish/bytes/received", static figures => figures.PayloadReceived),
        ("publish/bytes/sent", static figures => figures.PayloadSent),
        ("packet/out/count", static figures => figures.Engine.Waiting),
        ("packet/out/bytes", static figures => figures.Engine.WaitingBytes),
        ("connections/socket/count", static figures => figures.Sockets),
        ("heap/current", static _ => GC.GetTotalMemory(forceFullCollection: false)),
    ];

    private static readonly int[] Minutes = [1, 5, 15];

    private readonly BrokerEngine _engine;
    private readonly DateTimeOffset _startedAt;
    private readonly string _version;
    private readonly Dictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _published = new(StringComparer.Ordinal);
    private readonly LoadAverage[][] _averages =
        [.. Loads.Select(static _ => Minutes.Select(static m => new LoadAverage(m)).ToArray())];
    private SysFigures _before;
    private DateTimeOffset _readAt;
    private bool _hasBegun;
    private long _sessionsMax;
    private long _heapMax;
    private string? _takeoverPeers;

    /// <param name="engine">Whose.</param>
    /// <param name="version">The text of <c>version</c>.</param>
    public SysTree(BrokerEngine engine, string version)
    {
        _engine = engine;
        _version = version;
        _startedAt = engine.Time.GetUtcNow();
        if (engine.Options.SysInterval > TimeSpan.Zero) Begin();
    }

    /// <summary>The whole numbers of <c>$SYS</c> as they are now, by topic.</summary>
    public static IEnumerable<(string Topic, long Value)> ReadNumbers(BrokerEngine engine)
    {
        SysFigures figures = SysFigures.Read(engine);
        return Numbers.Select(number => (Root + number.Topic, number.Of(figures)));
    }

    public void OnTick(long nowMilliseconds)
    {
        // A reload may change it.
        long intervalSeconds = (long)_engine.Options.SysInterval.TotalSeconds;
        if (intervalSeconds == 0) return;
        if (!_hasBegun)
        {
            Begin();
            return;
        }
        DateTimeOffset now = _engine.Time.GetUtcNow();
        if (now.ToUnixTimeSeconds() % intervalSeconds != 0 && now - _readAt < TimeSpan.FromSeconds(intervalSeconds)) return;
        TimeSpan elapsed = now - _readAt;
        // The wall clock may be set back.
        if (elapsed < Heartbeat.Period / 2) elapsed = Heartbeat.Period;
        SysFigures figures = SysFigures.Read(_engine);
        TouchedConnections touched = new() { MayDrainNow = false };
        Update(figures, elapsed, touched);
        (_before, _readAt) = (figures, now);
        touched.Drain();
    }

    private void Begin()
    {
        _hasBegun = true;
        _readAt = _engine.Time.GetUtcNow();
        _before = SysFigures.Read(_engine);
        TouchedConnections touched = new() { MayDrainNow = false };
        Publish("version", _version, touched);
        Update(_before, TimeSpan.Zero, touched);
        touched.Drain();
    }

    private void Update(SysFigures figures, TimeSpan elapsed, TouchedConnections touched)
    {
        Publish("uptime", $"{(long)(_engine.Time.GetUtcNow() - _startedAt).TotalSeconds} seconds", touched);
        foreach ((string topic, Func<SysFigures, long> of) in Numbers) PublishChanged(topic, of(figures), touched);
        long sessions = figures.Engine.SessionsOnline + figures.Engine.SessionsAway;
        _sessionsMax = Math.Max(_sessionsMax, sessions);
        if (_sessionsMax > 0) PublishChanged("clients/maximum", _sessionsMax, touched);
        _heapMax = Math.Max(_heapMax, GC.GetTotalMemory(forceFullCollection: false));
        PublishChanged("heap/maximum", _heapMax, touched);
        PublishTakeovers(touched);
        for (int i = 0; i < Loads.Length; i++) PublishLoad(i, Loads[i].Of(figures) - Loads[i].Of(_before), elapsed, touched);
    }

    private void PublishTakeovers(TouchedConnections touched)
    {
        int count = _engine.Takeovers.LoopCount;
        if (count == 0 && _takeoverPeers is null) return;
        PublishChanged("takeovers/loops", count, touched);
        string peers = TakeoverPeers.Text(_engine.Takeovers.Loops(TakeoverPeers.LoopsMax));
        if (peers != _takeoverPeers) Publish("takeovers/peers", _takeoverPeers = peers, touched);
    }

    private void PublishLoad(int index, long events, TimeSpan elapsed, TouchedConnections touched)
    {
        for (int i = 0; i < Minutes.Length; i++)
        {
            LoadAverage average = _averages[index][i];
            bool hasMoved = elapsed == TimeSpan.Zero || average.Add(events, elapsed);
            if (!hasMoved) continue;
            string value = average.Value.ToString("F2", CultureInfo.InvariantCulture);
            Publish($"load/{Loads[index].Name}/{Minutes[i]}min", value, touched);
        }
    }

    private void PublishChanged(string topic, long value, TouchedConnections touched)
    {
        if (_published.TryGetValue(topic, out long before) && before == value) return;
        _published[topic] = value;
        Publish(topic, value.ToString(CultureInfo.InvariantCulture), touched);
    }

    private void Publish(string topic, string value, TouchedConnections touched)
    {
        if (!_topics.TryGetValue(topic, out Topic? known)) _topics.Add(topic, known = new Topic(Root + topic));
        Message message = new(known, Encoding.UTF8.GetBytes(value), propertiesLength: 0)
        {
            Qos = QualityOfService.ExactlyOnce,
            Retain = true,
        };
        _engine.Router.Route(message, touched);
    }
}
