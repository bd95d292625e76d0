using System.Diagnostics;
using Load.Measuring;
using Load.Options;

namespace Load.Scenarios;

/// <summary>
/// Two devices with one client id, very many times, each of which comes back at once when the other one throws it out, beside
/// calm pairs and somebody new: how often they do so, what that costs, who is named, and whether a message is lost.
/// </summary>
internal sealed class FightScenario(LoadOptions options, Calm calm, Fight fight, Claims claims)
{
    /// <summary>Sockets, two for each client id.</summary>
    private const int ConnectionsDefault = 1000;

    /// <summary>What the calm ones bear once fights are slowed down: so many times their 99th percentile without.</summary>
    private const double RatioMax = 10;

    /// <summary>What one of their messages may take before that, while all come at once.</summary>
    private const double SlowestMicrosecondsMax = 1e6;

    /// <summary>As the broker has it: so many takeovers of a client id are not slowed down.</summary>
    private const int FreeTakeovers = 5;

    private const double BeginningSecondsMax = 5;

    /// <summary>Of the broker while they fight, beside what each connection may cost.</summary>
    private const long BytesOfAllMax = 64 * 1024 * 1024;
    private const long BytesPerConnectionMax = 64 * 1024;

    /// <summary>What stays behind for good when one of each pair has left.</summary>
    private const long BytesLeftMax = 64 * 1024 * 1024;

    private static readonly TimeSpan NamingLimit = TimeSpan.FromSeconds(30);

    private readonly Report _report = AckScenario.Describe("fight", options, calm.Shape);
    private readonly BrokerProcess _broker = new(options.Pid);

    public static bool Run(LoadOptions options, TextWriter output)
    {
        if (options.Pid == 0 || options.Admin == 0 || options.Log is null)
            throw new UsageException("fight needs --pid, --admin and --log");
        using var calm = new Calm(options, options.Publishers ?? 50, options.Rate ?? 1000);
        using var fight = new Fight(options, calm.Shape.Run, (options.Connections ?? ConnectionsDefault) / 2);
        var claims = new Claims(Console.Error, options.IsBesideOthers);
        var scenario = new FightScenario(options, calm, fight, claims);
        scenario.Play();
        scenario._report.Print(output, options.Json);
        return claims.AllHeld;
    }

    private void Play()
    {
        calm.Loop.RunFor(TimeSpan.FromSeconds(options.WarmUpSeconds));
        fight.Connect(calm.Loop);
        _report.Add("client_ids", fight.ClientIds.Count());
        _report.Add("takeover_delay_max", options.DelaySeconds);
        long before = calm.ResidentBytes;
        double beginning = Math.Min(BeginningSecondsMax, options.Seconds / 4);
        double alone = Measure("alone", Math.Max(1, beginning), static () => { });
        long begunAt = Stopwatch.GetTimestamp();
        Measure("beginning", beginning, () => fight.Begin(calm.Loop));
        claims.CheckMeasured("others go on at first", calm.SlowestMicroseconds <= SlowestMicrosecondsMax,
            $"one of their messages took {calm.SlowestMicroseconds / 1e6:0.0} s");
        CheckCalm("later", alone, Measure("later", options.Seconds, static () => { }));
        CheckNames();
        CheckTakeovers(begunAt);
        CheckPeak(before);
        CheckMessages();
        CheckCalm("after", alone, Measure("after", Math.Max(1, beginning), static () => { }));
        CheckEnd(before);
        claims.AddTo(_report);
    }

    /// <summary>Looks at the calm ones, the takeovers and the broker's processor time for a while.</summary>
    /// <param name="phase">In front of the names of the figures.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="start">Is called first.</param>
    /// <returns>The 99th percentile of the calm ones, microseconds.</returns>
    private double Measure(string phase, double seconds, Action start)
    {
        long takeovers = fight.Takeovers.Sum();
        double cpu = _broker.CpuSeconds;
        long from = Stopwatch.GetTimestamp();
        long most = 0;
        calm.Begin();
        start();
        for (double left = seconds; left > 0; left--)
        {
            long secondBefore = fight.Takeovers.Sum();
            calm.Loop.RunFor(TimeSpan.FromSeconds(Math.Min(1, left)));
            most = Math.Max(most, fight.Takeovers.Sum() - secondBefore);
        }
        double took = Stopwatch.GetElapsedTime(from).TotalSeconds;
        _report.Add($"{phase}_takeovers_per_second", (fight.Takeovers.Sum() - takeovers) / took, 1);
        _report.Add($"{phase}_takeovers_most_in_a_second", most);
        _report.Add($"{phase}_cores", (_broker.CpuSeconds - cpu) / took, 2);
        // Who stood still until it was over counts with all of that time.
        calm.CatchUp();
        return calm.AddTo(_report, phase);
    }

    private void CheckCalm(string phase, double alone, double p99)
    {
        double ratio = alone == 0 ? 0 : p99 / alone;
        _report.Add($"{phase}_ratio", ratio, 1);
        claims.CheckMeasured($"others go on, {phase}", ratio <= RatioMax || p99 <= options.BorneMilliseconds * 1000,
            $"their p99 is {p99:0} us, {ratio:0.0} times what it was");
    }

    private void CheckTakeovers(long begunAt)
    {
        long most = fight.Takeovers.Max();
        long allowed = TakeoversMax(Stopwatch.GetElapsedTime(begunAt).TotalSeconds);
        _report.Add("takeovers", fight.Takeovers.Sum());
        _report.Add("takeovers_of_a_client_id_most", most);
        _report.Add("gave_up", fight.Totals.TimedOut);
        _report.Add("connack_refused", fight.Totals.Refusals.Values.Sum());
        claims.Check("takeovers are slowed down", most <= allowed, $"{most} of one client id, {allowed} are allowed");
        long fewest = fight.Takeovers.Min();
        claims.Check("everybody fights", fewest >= FreeTakeovers, $"only {fewest} takeovers of one");
        claims.Check("nobody is sent away", fight.Totals.Refusals.Count == 0 && fight.Totals.Resets == 0,
            $"refused: {string.Join(", ", fight.Totals.Refusals)}, {fight.Totals.Resets} resets");
    }

    // The first ones, then one a second later, and two, four and so on.
    private long TakeoversMax(double seconds)
    {
        if (options.DelaySeconds == 0) return long.MaxValue;
        long most = FreeTakeovers;
        double at = 0;
        for (double delay = 1; (at += Math.Min(delay, options.DelaySeconds)) <= seconds; delay *= 2) most++;
        return most;
    }

    private void CheckNames()
    {
        var expected = fight.ClientIds.ToHashSet(StringComparer.Ordinal);
        var log = new TakeoverLines(options.Log!);
        calm.Loop.RunUntil(() => log.Read().Count >= expected.Count, NamingLimit);
        // Those that the broker has counted then may still be on their way here.
        long seen = fight.Takeovers.Sum();
        using var admin = new AdminFigures(options.Admin);
        IReadOnlyDictionary<string, double> figures = admin.Read();
        long loops = (long)figures["broker_takeovers_loops"];
        _report.Add("named_in_log", log.Read().Count);
        _report.Add("counted_in_metrics", loops);
        _report.Add("connects_that_waited", (long)figures["broker_takeovers_delayed_total"]);
        claims.Check("who fights is named and nobody else", log.Read().SetEquals(expected),
            $"{log.Read().Count} of {expected.Count}, others: {string.Join(' ', log.Read().Except(expected).Take(5))}");
        claims.Check("who fights is counted", loops == expected.Count, $"{loops} of {expected.Count}");
        long taken = (long)figures["broker_takeovers_total"];
        claims.Check("takeovers are counted", taken >= seen, $"{taken} of {seen}");
    }

    private void CheckPeak(long before)
    {
        long allowed = BytesOfAllMax + 2L * fight.ClientIds.Count() * BytesPerConnectionMax;
        _report.AddMegabytes("rss_before_mb", before);
        claims.CheckMeasured("memory is bounded", calm.PeakBytes - before <= allowed,
            $"{(calm.PeakBytes - before) / 1e6:0} MB more than before");
    }

    private void CheckMessages()
    {
        long from = Stopwatch.GetTimestamp();
        fight.End(calm.Loop);
        _report.Add("seconds_until_all_had_all", Stopwatch.GetElapsedTime(from).TotalSeconds, 2);
        _report.Add("sent", fight.Sent.Sum());
        _report.Add("received", fight.Received.Sum());
        bool areAcknowledged = fight.Unacknowledged == 0 && fight.Acks.Acked == fight.Sent.Sum();
        claims.Check("all that is sent to them is acknowledged", areAcknowledged, $"{fight.Acks.Acked} of {fight.Sent.Sum()}");
        claims.Check("all that is acknowledged comes", fight.Sent.SequenceEqual(fight.Received),
            $"{fight.Received.Sum()} of {fight.Sent.Sum()}");
        claims.Check("nothing comes twice or out of order", fight.Duplicates + fight.Totals.OutOfOrder == 0,
            $"{fight.Duplicates} without DUP, {fight.Totals.OutOfOrder} out of order");
        claims.Check("sessions stay", fight.Totals.SessionsLost == 0, $"{fight.Totals.SessionsLost} were lost");
    }

    private void CheckEnd(long before)
    {
        long after = options.IsBesideOthers ? calm.ResidentBytes : calm.SettledBytes;
        _report.AddMegabytes("rss_after_mb", after);
        claims.CheckMeasured("memory is given back", after - before <= BytesLeftMax,
            $"{(after - before) / 1e6:0} MB more than before");
        fight.Leave(calm.Loop);
        claims.Check("calm pairs lose nothing, and new clients are served in time", calm.End(_report), "see the figures");
    }
}
