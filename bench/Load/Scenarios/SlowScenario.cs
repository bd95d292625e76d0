using System.Globalization;
using Load.Clients;
using Load.Measuring;
using Load.Options;

namespace Load.Scenarios;

/// <summary>
/// Subscribers that stop reading while publishers flood them: what they cost in memory, what of theirs is in the store, what is
/// dropped and counted, whether anybody else notices, and whether they get what they are owed when they read again.
/// </summary>
internal sealed class SlowScenario(LoadOptions options, SlowCrowd crowd, AdminFigures admin, Claims claims)
{
    /// <summary>Of the speed that publishers have while everybody reads.</summary>
    private const double SpeedKeptMin = 0.5;

    /// <summary>
    /// Of the broker, whoever reads: changes that wait for their commit, up to 64 MiB, and what the collector has not come to.
    /// </summary>
    private const long BytesOfAllMax = 128 * 1024 * 1024;

    /// <summary>
    /// Beside its queue: 1 MiB of what is in the store, and what was written and is not acknowledged. That is as much as the
    /// kernel takes, up to 4 MiB (net.ipv4.tcp_wmem), and what it has not taken.
    /// </summary>
    private const long BytesBesideQueueMax = 6 * 1024 * 1024;

    /// <summary>What stays behind for good when all are gone.</summary>
    private const long BytesLeftMax = 64 * 1024 * 1024;

    private static readonly TimeSpan NewcomerPause = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan ReturnLimit = TimeSpan.FromSeconds(30);

    private readonly Report _report = new();

    public static bool Run(LoadOptions options, TextWriter output)
    {
        if (options.Policy is not ("newest" or "oldest" or "reject")) throw new UsageException($"{options.Policy} is no policy");
        if (options.Admin == 0 || options.Pid == 0) throw new UsageException("slow needs --admin and --pid");
        using var crowd = new SlowCrowd(options);
        using var admin = new AdminFigures(options.Admin);
        var claims = new Claims(Console.Error, options.IsBesideOthers);
        var scenario = new SlowScenario(options, crowd, admin, claims);
        scenario.Play();
        scenario._report.Print(output, options.Json);
        return claims.AllHeld;
    }

    private void Play()
    {
        var broker = new BrokerProcess(options.Pid);
        var memory = new ResidentMemory(broker, crowd.Loop);
        _report.Add("scenario", "slow");
        foreach ((string name, string value) in options.Labels) _report.Add(name, value);
        _report.Add("readers", crowd.Readers.Length);
        _report.Add("payload", options.Payload);
        using Bystanders newcomers = Bystanders.Come(options, NewcomerPause);

        Dictionary<string, long> dropsBefore = new(admin.ReadDrops());
        crowd.Connect();
        newcomers.Phase = "all read";
        Speed reading = Flood(options.Seconds / 3);
        claims.Check("everything comes while everybody reads", crowd.AwaitAll(admin.IsAllDelivered), Owed());
        _report.AddMegabytes("rss_mb_all_read", broker.ResidentBytes);
        long before = broker.ResidentBytes;

        memory.ForgetPeak();
        (long[] had, long sentBefore) = ([.. crowd.Readers.Select(static reader => reader.ReceivedReliable)], crowd.Sent);
        long[] hadOfAll = [.. crowd.Readers.Select(static reader => reader.Received)];
        crowd.SetReading(false);
        newcomers.Phase = "nobody reads";
        Speed stalled = Flood(options.Seconds, options.Messages, AskAll);
        AskAll();
        CheckSpeed(reading, stalled);
        _report.AddMegabytes("mb_published", (crowd.Sent - sentBefore) * options.Payload);
        long? rows = CountRows();
        CheckMemory(before, memory.PeakBytes);

        memory.ForgetPeak();
        crowd.SetReading(true);
        newcomers.Phase = "all read again";
        claims.Check("what waits comes when they read", crowd.AwaitAll(admin.IsAllDelivered), Owed());
        _report.AddMegabytes("rss_mb_reading_again_peak", memory.PeakBytes);
        CheckStored(rows, had);
        CheckQueues(hadOfAll);
        CheckDrops(dropsBefore);
        crowd.Leave();
        newcomers.Phase = "all have left";
        // The broker gives memory back when it has been quiet for a while.
        TimeSpan limit = options.IsBesideOthers ? TimeSpan.Zero : ReturnLimit;
        crowd.Loop.RunUntil(() => broker.ResidentBytes - before <= BytesLeftMax, limit);
        CheckEnd(before, broker.ResidentBytes, newcomers);
        claims.AddTo(_report);
    }

    private void AskAll()
    {
        foreach (SlowReader reader in crowd.Readers) reader.AskForAnswers();
    }

    private string Owed() => string.Create(CultureInfo.InvariantCulture,
        $"{crowd.Readers.Sum(static reader => reader.AnswersOwed)} answers are owed, delivered: {admin.IsAllDelivered()}");

    private Speed Flood(double seconds, long? messages = null, Action? halfway = null)
    {
        (long acked, long beside) = (crowd.FloodAcks.Acked + crowd.FloodAcks.Refused, crowd.Beside.Received);
        double took = crowd.Flood(seconds, messages, halfway);
        claims.Check("every PUBLISH is answered", crowd.InFlight == 0, $"{crowd.InFlight} are not");
        return new Speed(
            (crowd.FloodAcks.Acked + crowd.FloodAcks.Refused - acked) / took, (crowd.Beside.Received - beside) / took);
    }

    private void CheckSpeed(Speed reading, Speed stalled)
    {
        _report.Add("flood_per_second_all_read", reading.Flood);
        _report.Add("flood_per_second", stalled.Flood);
        _report.Add("beside_per_second_all_read", reading.Beside);
        _report.Add("beside_per_second", stalled.Beside);
        string found = $"{reading} while all read, {stalled} while nobody does";
        claims.CheckMeasured("publishers keep their speed", stalled.Flood >= reading.Flood * SpeedKeptMin, found);
        claims.CheckMeasured("a bystander keeps its speed", stalled.Beside >= reading.Beside * SpeedKeptMin, found);
    }

    private void CheckMemory(long before, long peak)
    {
        int readers = crowd.Readers.Length;
        // QoS 0 is no session state: who gets some has a queue in memory. With QoS 1 and 2 a persistent one has 1 MiB there.
        int inMemory = crowd.Readers.Count(static reader => !reader.Shape.IsPersistent || reader.Shape.FirstPublisher == 0);
        // With oldest as much again: what is dropped has grown old, and the collector comes to that late.
        long queue = options.QueuedBytes * (options.Policy == "oldest" ? 2L : 1);
        long allowed = BytesOfAllMax + readers * BytesBesideQueueMax + inMemory * queue;
        _report.AddMegabytes("rss_mb_peak", peak);
        _report.Add("kib_per_slow_connection", (peak - before) / 1024 / readers);
        _report.AddMegabytes("mb_allowed", allowed);
        claims.CheckMeasured("memory is bounded", peak - before <= allowed, $"{(peak - before) / 1e6:0} MB more than before");
    }

    // As soon as what was acknowledged is all that there is to write.
    private long? CountRows()
    {
        if (options.Probe is null) return null;
        long rows = -1;
        for (int same = 0; same < 3;)
        {
            long now = long.Parse(ShellProbe.Run(options.Probe, 1, "stalled")!, CultureInfo.InvariantCulture);
            same = now == rows ? same + 1 : 0;
            rows = now;
            crowd.Loop.RunFor(TimeSpan.FromSeconds(0.2));
        }
        _report.Add("rows_in_store", rows);
        return rows;
    }

    // Nothing of it was acknowledged meanwhile, so all of it was in the store, what was sent too.
    private void CheckStored(long? rows, long[] had)
    {
        if (rows is null) return;
        long came = crowd.Readers.Where(static reader => reader.Shape.IsPersistent)
            .Sum(reader => reader.ReceivedReliable - had[reader.Shape.Number]);
        claims.Check("what persistent sessions are owed is in the store", rows == came, $"{rows} rows, {came} came");
    }

    private void CheckQueues(long[] had)
    {
        long full = Math.Min(options.QueuedMessages, options.QueuedBytes / options.Payload);
        long least = long.MaxValue;
        foreach (SlowReader reader in crowd.Readers)
        {
            long came = reader.Received - had[reader.Shape.Number];
            least = Math.Min(least, came);
            long sent = crowd.OwedTo(reader) - had[reader.Shape.Number];
            claims.Check($"{reader.Name} gets a full queue", came >= Math.Min(full, sent), $"{came} came of {sent}, {full} fit");
            claims.Check($"{reader.Name} gets messages in order", reader.OutOfOrder == 0 && reader.Strays == 0,
                $"{reader.OutOfOrder} are not, {reader.Strays} are not its own");
            if (options.Policy != "oldest" || reader.Shape.Qos == 0) continue;
            for (int qos = 1; qos < SlowCrowd.Floods; qos++)
            {
                long last = crowd.SentTo(reader.Shape.Number, qos) - 1;
                claims.Check($"{reader.Name} gets the last messages", reader.LastFrom(qos) == last,
                    $"{reader.LastFrom(qos)} of {last}");
            }
        }
        _report.Add("least_came_from_queue", least);
    }

    private void CheckDrops(Dictionary<string, long> before)
    {
        long[] missing =
        [
            .. Enumerable.Range(0, SlowCrowd.Floods).Select(qos => crowd.Readers
                .Where(reader => reader.Shape.FirstPublisher <= qos)
                .Sum(reader => crowd.SentTo(reader.Shape.Number, qos) - reader.ReceivedFrom(qos))),
        ];
        long dropped = 0;
        bool areOfPolicy = true;
        foreach ((string reason, long count) in admin.ReadDrops())
        {
            long more = count - before.GetValueOrDefault(reason);
            if (more == 0) continue;
            dropped += more;
            _report.Add($"dropped_{reason}", more);
            areOfPolicy &= options.Policy switch
            {
                "reject" => reason == "queue_rejected",
                "oldest" => reason is "queue_oldest" or "queue_messages" or "queue_bytes",
                _ => reason is "queue_messages" or "queue_bytes",
            };
        }
        _report.Add("sent", crowd.Sent);
        _report.Add("missing", missing.Sum());
        claims.Check("what is missing is counted as dropped", dropped == missing.Sum(),
            $"{missing.Sum()} missing, {dropped} counted");
        claims.Check("drops have the causes of the policy", areOfPolicy, "others were counted");
        long refused = options.Policy == "reject" ? missing[1] + missing[2] : 0;
        _report.Add("refused", crowd.FloodAcks.Refused);
        claims.Check("publishers are told what was refused", crowd.FloodAcks.Refused == refused,
            $"{crowd.FloodAcks.Refused} answers, {refused} messages");
    }

    private void CheckEnd(long before, long after, Bystanders newcomers)
    {
        _report.AddMegabytes("rss_mb_left", after);
        claims.CheckMeasured("memory is given back", after - before <= BytesLeftMax,
            $"{(after - before) / 1e6:0} MB more than before");
        claims.Check("the bystander loses nothing", crowd.Beside.Received == crowd.SentBeside
            && crowd.Beside.Duplicates + crowd.Beside.OutOfOrder == 0, $"{crowd.Beside.Received} of {crowd.SentBeside}");
        EchoTimes times = newcomers.Take();
        times.AddTo(_report, "visitor");
        claims.Check("somebody new is served in time", times.WereServedWithin(options.WaitSecondsMax), $"{times}");
    }

    /// <param name="Flood">Answers a second to the floods with QoS 1 and 2.</param>
    /// <param name="Beside">Messages a second of the bystander.</param>
    private readonly record struct Speed(double Flood, double Beside)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Flood:0} and {Beside:0} a second");
    }
}
