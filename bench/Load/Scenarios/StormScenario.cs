using System.Diagnostics;
using System.Globalization;
using System.Text;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Load.Checking;
using Load.Clients;
using Load.Measuring;
using Load.Options;
using Load.Wire;

namespace Load.Scenarios;

/// <summary>
/// Everybody comes back at once: clients with sessions, subscriptions and messages that they have not acknowledged lose their
/// broker and try again until they have it back. Somebody else kills the broker when the line <c>ready</c> says so, and starts
/// it again.
/// </summary>
internal sealed class StormScenario : IDisposable
{
    private const int DevicesDefault = 10_000;
    private const int MessagesEach = 5;
    private const int Sources = 32;
    private const int BystanderSource = 100;

    /// <summary>Handshakes that are under way at once before the storm.</summary>
    private const int Burst = 50;

    /// <summary>What the broker needs twice to give back what a rush has left.</summary>
    private const double QuietSeconds = 8;

    private static readonly TimeSpan NewcomerInterval = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan SetUpLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan DownLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StormLimit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(60);

    /// <summary>What nobody who is connected, and nobody new from elsewhere or after the storm, may wait longer for.</summary>
    private readonly double _roundTripMicrosecondsMax;
    private readonly LoadOptions _options;
    private readonly EventLoop _loop = new();
    private readonly Redialling _redialling = new();
    private readonly DeviceTotals _totals = new();
    private readonly Inbox[] _inboxes;
    private readonly Device[] _devices;
    private readonly string _run;

    private StormScenario(LoadOptions options)
    {
        _options = options;
        _roundTripMicrosecondsMax = Math.Max(1e6, options.BorneMilliseconds * 1000);
        _run = FleetShape.Of(options, publishers: 1, subscribers: 0, window: 1).Run;
        _loop.Pace = _redialling.Run;
        _inboxes = [.. Enumerable.Range(0, options.Connections ?? DevicesDefault).Select(static _ => new Inbox())];
        _devices = [.. Enumerable.Range(0, _inboxes.Length).Select(Make)];
    }

    public static bool Run(LoadOptions options, TextWriter output)
    {
        if (options.PidFile is null) throw new UsageException("storm needs --pid-file: the broker gets another process");
        using var scenario = new StormScenario(options);
        return scenario.Run(output);
    }

    public void Dispose() => _loop.Dispose();

    private long Owed => (long)_devices.Length * MessagesEach;

    private bool Run(TextWriter output)
    {
        Connect();
        Queue();
        int killed = ReadPid();
        long residentBefore;
        using (var before = new ResidentMemory(new BrokerProcess(killed), _loop))
            residentBefore = before.Settle(SettleLimit, QuietSeconds);
        foreach (Inbox inbox in _inboxes) inbox.Clear();
        _totals.Received = 0;
        Report ready = Describe("ready");
        ready.Print(output, asJson: true);
        output.Flush();

        if (!_loop.RunUntil(() => _totals.Connected == 0, DownLimit)) throw new LoadException("nobody has killed the broker");
        _totals.Begin();
        long downAt = Stopwatch.GetTimestamp();
        foreach (Device device in _devices) device.Acknowledges = true;
        using var bystanders = new Bystanders(
            new Endpoint(_options.Port, _options.Transport, BystanderSource), NewcomerInterval, Login, hasStaying: true);
        Reading own = Reading.Of(0, 0, new BrokerProcess(0));
        // Written when the port is open.
        if (!_loop.RunUntil(() => File.Exists(_options.PidFile) && ReadPid() is var pid && pid > 0 && pid != killed, DownLimit))
            throw new LoadException("nobody has started the broker");
        var broker = new BrokerProcess(ReadPid());
        using var memory = new ResidentMemory(broker, _loop);
        bool areBack = _loop.RunUntil(() => _totals.Connected == _devices.Length, StormLimit);
        long backAt = Stopwatch.GetTimestamp();
        double cpuSeconds = broker.CpuSeconds;
        Reading ownBack = Reading.Of(0, 0, new BrokerProcess(0));
        EchoTimes during = bystanders.Take();
        bool hasAll = _loop.RunWhileMoving(
            () => _totals.Received >= Owed, () => _totals.Received, TimeSpan.FromSeconds(_options.PatienceSeconds));
        _loop.RunFor(TimeSpan.FromSeconds(_options.Seconds));
        EchoTimes after = bystanders.Take();
        // Who comes and goes over TLS moves the memory that is to settle.
        bystanders.Dispose();
        long peak = memory.PeakBytes;
        long residentAfter = memory.Settle(SettleLimit, QuietSeconds);

        Report report = Describe("storm");
        report.Add("down_seconds", Stopwatch.GetElapsedTime(downAt, _totals.OpenAt).TotalSeconds, 2);
        report.Add("all_back_seconds", Stopwatch.GetElapsedTime(_totals.OpenAt, backAt).TotalSeconds, 2);
        report.Add("broker_cpu_seconds", cpuSeconds, 2);
        report.Add("own_cpu_seconds", ownBack.OwnCpuSeconds - own.OwnCpuSeconds, 2);
        report.AddMegabytes("rss_mb_before", residentBefore);
        report.AddMegabytes("rss_mb_peak", peak);
        report.AddMegabytes("rss_mb_after", residentAfter);
        AddTotals(report);
        AddTimes(report, "during", during);
        AddTimes(report, "after", after);
        List<string> wrong = Judge(areBack && hasAll, during, after);
        // Not the same process as before.
        if (residentAfter > residentBefore * 1.1 + 20e6) wrong.Add("memory did not go back");
        report.Add("verdict", wrong.Count == 0 ? "ok" : "FAILED: " + string.Join(", ", wrong));
        report.Print(output, _options.Json);
        return wrong.Count == 0;
    }

    private List<string> Judge(bool isComplete, EchoTimes during, EchoTimes after)
    {
        List<string> wrong = [];
        if (!isComplete) wrong.Add("not everybody and everything came back");
        long duplicates = _inboxes.Sum(static inbox => inbox.Duplicates);
        if (_totals.OutOfOrder + duplicates > 0) wrong.Add("messages came twice or out of order");
        if (_totals.SessionsLost > 0) wrong.Add("sessions were lost");
        if (_totals.Resets + _totals.Refused + _totals.Refusals.Values.Sum() + _totals.Closed > 0)
            wrong.Add("clients were sent away in place of being parked");
        if (_totals.Lost > 0 || during.Broken > 0 || after.Broken > 0) wrong.Add("connections were lost");
        if (during.RoundTrip.MaximumMicroseconds > _roundTripMicrosecondsMax) wrong.Add("connected clients waited");
        if (after.RoundTrip.Count == 0 || after.Served.Count == 0 || after.Failed > 0) wrong.Add("nobody was served afterwards");
        if (HaveWaited(during)) wrong.Add("new clients from an address without a crowd waited");
        if (HaveWaited(after)) wrong.Add("new clients waited afterwards");
        return wrong;
    }

    private bool HaveWaited(EchoTimes newcomers) => newcomers.Failed > 0
        || Math.Max(newcomers.Connect.MaximumMicroseconds, newcomers.Served.MaximumMicroseconds) > _roundTripMicrosecondsMax;

    private (string Name, string Password)? Login =>
        _options.Password is { } password ? ("bench", password) : null;

    private Device Make(int number)
    {
        string id = string.Create(CultureInfo.InvariantCulture, $"{_run}-{number}");
        // One password each would be as dear, for each user has a hash of their own.
        var connect = new ConnectPacket
        {
            Version = ProtocolVersion.Mqtt311,
            ClientId = id,
            UserName = _options.Password is null ? null : string.Create(CultureInfo.InvariantCulture, $"bench{number}"),
            Password = _options.Password is { } password ? Encoding.UTF8.GetBytes(password) : default(ReadOnlyMemory<byte>?),
        };
        byte qos1 = SubscriptionRequest.ToOptions(QualityOfService.AtLeastOnce);
        var shape = new DeviceShape
        {
            Number = number,
            Endpoint = new Endpoint(_options.Port, _options.Transport, 1 + (number % Sources)),
            Inbox = _inboxes[number],
            Connect = connect,
            Subscriptions =
            [
                new SubscriptionRequest(TopicOf(number), qos1),
                new SubscriptionRequest($"{_run}/all/+", qos1),
                new SubscriptionRequest($"{_run}/group/{number % 100}/#", qos1),
            ],
            Retry = TimeSpan.FromSeconds(_options.RetrySeconds),
            Patience = TimeSpan.FromSeconds(_options.PatienceSeconds),
        };
        return new Device(_loop, shape, _totals, _redialling);
    }

    private string TopicOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{_run}/d{number}");

    private void Connect()
    {
        for (int i = 0; i < _devices.Length; i++)
        {
            _devices[i].Dial();
            if ((i + 1) % Burst != 0 && i + 1 != _devices.Length) continue;
            int end = i + 1;
            int begin = Math.Max(0, end - Burst);
            if (!_loop.RunUntil(() => Array.TrueForAll(_devices[begin..end], device => device.IsReady), SetUpLimit))
                throw new LoadException("devices were not answered");
        }
    }

    // Acknowledged to the publisher, in flight to devices that do not acknowledge.
    private void Queue()
    {
        var templates = new PublishTemplates(
            ProtocolVersion.Mqtt311, qos: 1, _options.Payload, [.. Enumerable.Range(0, _devices.Length).Select(TopicOf)]);
        AckTotals acks = new();
        var publisher = new Publisher(
            new PublisherShape { Number = 0, Topics = new TopicRange(0, _devices.Length), Window = 1000, Qos = 1 },
            templates, acks);
        var connect = new ConnectPacket
        {
            Version = ProtocolVersion.Mqtt311,
            ClientId = _run + "-publisher",
            CleanStart = true,
            UserName = Login?.Name,
            Password = Login is { } login ? Encoding.UTF8.GetBytes(login.Password) : default(ReadOnlyMemory<byte>?),
        };
        var client = Client.Open(_loop, new Endpoint(_options.Port, _options.Transport), publisher, connect, []);
        if (!_loop.RunUntil(() => client.IsReady, SetUpLimit)) throw new LoadException("the publisher was not answered");
        publisher.Start(Owed);
        if (!_loop.RunWhileMoving(() => acks.Acked >= Owed, () => acks.Acked, TimeSpan.FromSeconds(_options.PatienceSeconds)))
            throw new LoadException($"{Owed - acks.Acked} messages were not acknowledged");
        client.Leave();
        if (!_loop.RunUntil(() => client.IsClosed && _totals.Received >= Owed, SetUpLimit))
            throw new LoadException("not every device got its messages before the storm");
    }

    // 0: nothing is written there yet.
    private int ReadPid() =>
        int.TryParse(File.ReadAllText(_options.PidFile!).Trim(), CultureInfo.InvariantCulture, out int pid) ? pid : 0;

    private Report Describe(string scenario)
    {
        var report = new Report();
        report.Add("scenario", scenario);
        foreach ((string name, string value) in _options.Labels) report.Add(name, value);
        report.Add("devices", _devices.Length);
        report.Add("owed", Owed);
        return report;
    }

    private void AddTotals(Report report)
    {
        report.AddLatency("back", _totals.Back);
        report.AddLatency("connack", _totals.Attempt);
        report.Add("tcp_refused", _totals.Refused);
        report.Add("resets", _totals.Resets);
        report.Add("closed", _totals.Closed);
        report.Add("gave_up", _totals.TimedOut);
        report.Add("connack_refused", _totals.Refusals.Values.Sum());
        foreach ((ReasonCode code, long count) in _totals.Refusals) report.Add($"connack_{code}", count);
        report.Add("sessions_lost", _totals.SessionsLost);
        report.Add("connections_lost", _totals.Lost);
        report.Add("received", _totals.Received);
    }

    private static void AddTimes(Report report, string when, EchoTimes times)
    {
        report.AddLatency($"{when}_round_trip", times.RoundTrip);
        report.AddLatency($"{when}_new_connack", times.Connect);
        report.AddLatency($"{when}_new_served", times.Served);
        report.Add($"{when}_new_failed", times.Failed);
    }
}
