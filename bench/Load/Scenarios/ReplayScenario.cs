using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Load.Checking;
using Load.Clients;
using Load.Measuring;
using Load.Options;
using Load.Wire;

namespace Load.Scenarios;

/// <summary>
/// Very many retained topics, and subscribers to # that all want each of them at once, some of which do not read until the others
/// have everything. With --stored the topics are there already, from before a restart.
/// </summary>
internal sealed class ReplayScenario : IDisposable
{
    private const int TopicsDefault = 1_000_000;
    private const int SubscribersDefault = 100;
    private const int Publishers = 10;
    private const int Window = 1000;
    private const int UnreadBytes = 64 * 1024;

    /// <summary>Of the program, and of a topic of some twenty bytes with a payload of 24.</summary>
    private const long BytesOfProgramMax = 128 * 1024 * 1024;
    private const long BytesPerTopicMax = 1024;

    /// <summary>What a subscriber may cost while it is served, the collector's part included.</summary>
    private const long BytesPerSubscriberMax = 4 * 1024 * 1024;

    private static readonly TimeSpan NewcomerPause = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(60);

    private readonly LoadOptions _options;
    private readonly EventLoop _loop = new();
    private readonly BrokerProcess _broker;
    private readonly Report _report = new();
    private readonly Claims _claims;
    private readonly AckTotals _acks = new();
    private readonly ReplayReader[] _readers;
    private readonly string _run = "replay" + RandomNumberGenerator.GetHexString(6, lowercase: true);
    private readonly int _topics;
    private readonly TimeSpan _returnLimit;

    private ReplayScenario(LoadOptions options)
    {
        _options = options;
        _claims = new Claims(Console.Error, options.IsBesideOthers);
        _returnLimit = options.IsBesideOthers ? TimeSpan.Zero : TimeSpan.FromSeconds(30);
        _broker = new BrokerProcess(options.Pid);
        _topics = options.Topics ?? TopicsDefault;
        _readers = new ReplayReader[options.Subscribers ?? SubscribersDefault];
        for (int i = 0; i < _readers.Length; i++)
        {
            var shape = new ReplayReaderShape(i, Qos: i % 2, IsPersistent: i % 50 == 9, IsSlow: i % 10 == 4);
            _readers[i] = new ReplayReader(shape, _topics);
        }
    }

    public static bool Run(LoadOptions options, TextWriter output)
    {
        if (options.Pid == 0) throw new UsageException("replay needs --pid");
        using var scenario = new ReplayScenario(options);
        scenario.Play();
        scenario._claims.AddTo(scenario._report);
        scenario._report.Print(output, options.Json);
        return scenario._claims.AllHeld;
    }

    public void Dispose() => _loop.Dispose();

    private void Play()
    {
        var memory = new ResidentMemory(_broker, _loop);
        _report.Add("scenario", "replay");
        foreach ((string name, string value) in _options.Labels) _report.Add(name, value);
        _report.Add("topics", _topics);
        _report.Add("subscribers", _readers.Length);
        using Bystanders newcomers = Bystanders.Come(_options, NewcomerPause);
        newcomers.Phase = "storing";
        long idle = _broker.ResidentBytes;
        if (!_options.AreStored) Store(idle);
        // What storing left behind is given back when it has been quiet for a while.
        newcomers.Phase = "before subscribers";
        _loop.RunUntil(() => _broker.ResidentBytes <= BytesAllowed, _returnLimit);
        long stored = _broker.ResidentBytes;
        _report.AddMegabytes("rss_mb_stored", stored);

        memory.ForgetPeak();
        newcomers.Phase = "subscribers";
        double seconds = Replay(newcomers);
        _report.Add("replayed_per_second", (double)_readers.Sum(static reader => (long)reader.Received) / seconds);
        _report.Add("seconds_until_all_had_all", seconds, 1);
        CheckMemory(stored, memory.PeakBytes);
        CheckComplete();
        newcomers.Phase = "all have left";
        _loop.RunUntil(() => _broker.ResidentBytes <= BytesAllowed, _returnLimit);
        CheckEnd(stored, newcomers);
    }

    private long BytesAllowed => BytesOfProgramMax + _topics * BytesPerTopicMax;

    private void Store(long idle)
    {
        string[] topics = [.. Enumerable.Range(0, _topics).Select(ReplayReader.TopicOf)];
        var templates = new PublishTemplates(ProtocolVersion.Mqtt311, 1, MessageStamp.Length, topics, isRetained: true);
        var publishers = new Publisher[Publishers];
        List<Client> clients = [];
        for (int i = 0; i < Publishers; i++)
        {
            var range = TopicRange.OfSubscriber(i, Publishers, _topics);
            publishers[i] = new Publisher(
                new PublisherShape { Number = i, Topics = range, Window = Window, Qos = 1 }, templates, _acks);
            clients.Add(Open(publishers[i], $"{_run}-p{i}", isClean: true, []));
        }
        Await(clients, static client => client.IsReady, "were not answered");
        _report.AddMegabytes("rss_mb_idle", idle);
        long from = Stopwatch.GetTimestamp();
        foreach ((int i, Publisher publisher) in publishers.Index())
            publisher.Start(TopicRange.OfSubscriber(i, Publishers, _topics).Count);
        _loop.RunWhileMoving(() => _acks.Acked + _acks.Refused == _topics, () => _acks.Acked,
            TimeSpan.FromSeconds(_options.PatienceSeconds));
        double seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        _report.Add("stored_per_second", _acks.Acked / seconds);
        _claims.Check("every topic is acknowledged", _acks.Acked == _topics, $"{_acks.Acked} of {_topics}");
        Close(clients);
    }

    private double Replay(Bystanders newcomers)
    {
        long from = Stopwatch.GetTimestamp();
        List<Client> clients = [];
        foreach (ReplayReader reader in _readers)
        {
            byte qos = SubscriptionRequest.ToOptions((QualityOfService)reader.Shape.Qos);
            string id = string.Create(CultureInfo.InvariantCulture, $"{_run}-s{reader.Shape.Number}");
            clients.Add(Open(reader, id, !reader.Shape.IsPersistent, [new SubscriptionRequest("#", qos)]));
            if (reader.Shape.IsSlow) clients[^1].Link.LimitUnread(UnreadBytes);
        }
        Await(clients, static client => client.IsReady, "were not answered");
        ReplayReader[] slow = [.. _readers.Where(static reader => reader.Shape.IsSlow)];
        foreach (ReplayReader reader in slow) reader.Client.Link.SetReading(false);
        AwaitComplete([.. _readers.Except(slow)]);
        _report.Add("seconds_until_others_had_all", Stopwatch.GetElapsedTime(from).TotalSeconds, 1);
        newcomers.Phase = "slow subscribers";
        foreach (ReplayReader reader in slow) reader.Client.Link.SetReading(true);
        AwaitComplete(slow);
        double seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        Leave(clients);
        return seconds;
    }

    // Leaves no session behind.
    private void Leave(List<Client> clients)
    {
        Close(clients);
        foreach (ReplayReader reader in _readers.Where(static reader => reader.Shape.IsPersistent))
            clients.Add(Open(new IdleRole(reader.Shape.Number), $"{_run}-s{reader.Shape.Number}", isClean: true, []));
        Await(clients, static client => client.IsReady, "were not answered");
        Close(clients);
    }

    private void AwaitComplete(ReplayReader[] readers) => _loop.RunWhileMoving(
        () => Array.TrueForAll(readers, static reader => reader.IsComplete),
        () => _readers.Sum(static reader => (long)reader.Received), TimeSpan.FromSeconds(_options.PatienceSeconds));

    private void CheckMemory(long stored, long peak)
    {
        long allowed = _readers.Length * BytesPerSubscriberMax;
        _report.AddMegabytes("rss_mb_peak", peak);
        _report.Add("kib_per_subscriber", (peak - stored) / 1024 / _readers.Length);
        _claims.CheckMeasured("memory is bounded", peak - stored <= allowed, $"{(peak - stored) / 1e6:0} MB more than before");
    }

    private void CheckComplete()
    {
        ulong sum = 0;
        for (int topic = 0; topic < _topics; topic++) sum += ReplayReader.Mark(topic);
        foreach (ReplayReader reader in _readers)
        {
            _claims.Check($"{reader.Name} gets everything once", reader.IsComplete && reader.Sum == sum && reader.Wrong == 0,
                $"{reader.Received} of {_topics}, {reader.Wrong} are wrong");
        }
        _report.Add("complete", _readers.Count(static reader => reader.IsComplete));
        _report.Add("sum", sum.ToString("x16", CultureInfo.InvariantCulture));
    }

    private void CheckEnd(long stored, Bystanders newcomers)
    {
        long after = _broker.ResidentBytes;
        _report.AddMegabytes("rss_mb_left", after);
        _claims.CheckMeasured("a topic costs little memory", stored <= BytesAllowed,
            $"{stored / 1e6:0} MB are in use with {_topics} topics");
        _claims.CheckMeasured("memory is given back", after <= BytesAllowed, $"{after / 1e6:0} MB are still in use");
        EchoTimes times = newcomers.Take();
        times.AddTo(_report, "visitor");
        _claims.Check("somebody new is served in time", times.WereServedWithin(_options.WaitSecondsMax), $"{times}");
    }

    private Client Open(IRole role, string id, bool isClean, SubscriptionRequest[] subscriptions)
    {
        ConnectPacket connect = new() { Version = ProtocolVersion.Mqtt311, ClientId = id, CleanStart = isClean };
        return Client.Open(_loop, new Endpoint(_options.Port, _options.Transport), role, connect, subscriptions);
    }

    private void Close(List<Client> clients)
    {
        foreach (Client client in clients) client.Leave();
        Await(clients, static client => client.IsClosed, "were not let go");
        clients.Clear();
    }

    private void Await(List<Client> clients, Predicate<Client> isDone, string otherwise)
    {
        if (!_loop.RunUntil(() => clients.TrueForAll(isDone), HandshakeLimit))
            throw new LoadException($"{clients.Count(client => !isDone(client))} clients {otherwise}");
    }
}
