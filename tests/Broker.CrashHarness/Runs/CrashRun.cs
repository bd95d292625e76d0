using Broker.CrashHarness.Clients;
using Broker.CrashHarness.Plans;
using Broker.CrashHarness.Servers;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.CrashHarness.Runs;

/// <summary>
/// One broker with its store and its clients over some rounds. A round: traffic, a kill, a restart, everybody returns and sends
/// again what was not acknowledged, and when all is done, all that was promised is compared with all that came.
/// </summary>
internal sealed class CrashRun : IAsyncDisposable
{
    private readonly HarnessOptions _options;
    private readonly RunPlan _plan;
    private readonly TextWriter _output;
    private readonly TemporaryFolder _folder = new();
    private readonly RunContext _context = new() { Port = FreePorts.Take() };
    private readonly Cast _cast;
    private readonly IStoreServer _store;
    private readonly BrokerServer _broker;
    private readonly RetainedCheck _retained;
    private readonly Newcomers _newcomers;
    private readonly Dictionary<string, string> _retainedWills = [];

    public CrashRun(HarnessOptions options, TextWriter output)
    {
        (_options, _output) = (options, output);
        _folder.OpenToAll();
        _plan = RunPlan.Choose(options.Seed);
        _cast = new Cast(_context, _plan);
        _store = StoreServers.Create(options.Store, _folder);
        _broker = new BrokerServer(options, _folder, _context.Port, _store);
        _retained = new RetainedCheck(_context, _plan);
        _newcomers = new Newcomers(_context);
    }

    /// <summary>Plays all rounds.</summary>
    /// <exception cref="CrashFailedException">A promise was broken.</exception>
    public async Task RunAsync()
    {
        await _store.StartAsync().ConfigureAwait(false);
        await _broker.StartAsync(maxInflight: 20).ConfigureAwait(false);
        _context.BrokerIsUp.Open();
        await _cast.StartAsync().ConfigureAwait(false);
        ThrowIfBroken(0, "start");
        for (int round = 1; round <= _options.Rounds; round++)
        {
            long start = _context.Time.GetTimestamp();
            RoundPlan plan = RoundPlan.Choose(_plan, round, _options);
            await PlayAsync(plan, isLast: round == _options.Rounds).ConfigureAwait(false);
            ThrowIfBroken(round, plan.ToString());
            string line =
                $"seed {_options.Seed} round {round}: {_context.Time.GetElapsedTime(start).TotalSeconds:F1} s, " +
                $"{_context.Ledger.Count} messages, {_cast.Subscribers.Sum(s => s.DeliveredCount)} deliveries";
            await _output.WriteLineAsync(line).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _context.Stop();
        await _cast.EndAsync().ConfigureAwait(false);
        await _broker.DisposeAsync().ConfigureAwait(false);
        await _store.DisposeAsync().ConfigureAwait(false);
        _context.Dispose();
        _folder.Dispose();
    }

    private async Task PlayAsync(RoundPlan plan, bool isLast)
    {
        await BeginAsync(plan).ConfigureAwait(false);
        await _context.Kills.WaitAsync(plan.KillAfterPackets, plan.KillNotAfter).ConfigureAwait(false);
        List<(WillOwner Owner, Task<string> Will)> demands = await LeaveWillsAsync(plan).ConfigureAwait(false);
        await KillAsync(plan).ConfigureAwait(false);
        foreach (Publisher publisher in _cast.Publishers) publisher.StopBeginning();
        if (plan is { KillAgainAfterPackets: > 0, Victim: Victim.Broker or Victim.Both })
        {
            await _context.Kills.WaitAsync(plan.KillAgainAfterPackets, plan.KillNotAfter).ConfigureAwait(false);
            await RestartAsync(plan).ConfigureAwait(false);
        }
        await CompleteAsync(isLast).ConfigureAwait(false);
        await _newcomers.CheckAsync().ConfigureAwait(false);
        await TakeWillsAsync(demands).ConfigureAwait(false);
        await _retained.RunAsync(_retainedWills).ConfigureAwait(false);
    }

    /// <summary>Owners of wills leave, occasional subscribers come and go, and the traffic begins.</summary>
    private async Task BeginAsync(RoundPlan plan)
    {
        WillOwner[] leaving = [.. _cast.Owners.Where((_, i) => plan.Fates[i] == Fate.Leaves)];
        foreach (WillOwner owner in leaving) await owner.LeaveAsync().ConfigureAwait(false);
        if (leaving.Length > 0)
        {
            // A DISCONNECT has no answer. What is acknowledged after it is committed after it.
            _cast.Publishers[0].Probe();
            await _cast.Publishers[0].WhenIdleAsync().ConfigureAwait(false);
        }
        foreach ((int i, Subscriber subscriber) in _cast.Subscribers.Index())
        {
            if (subscriber.Plan.Presence == Presence.Occasional && !plan.IsThere[i])
                await subscriber.Loop.GoOfflineAsync(isPolite: i % 2 == 0).ConfigureAwait(false);
            subscriber.BeginRound();
        }
        foreach ((int i, Publisher publisher) in _cast.Publishers.Index()) publisher.Allow(plan.Messages[i]);
        _newcomers.Begin();
    }

    /// <summary>Owners whose wills must be published stay away from now on.</summary>
    private async Task<List<(WillOwner, Task<string>)>> LeaveWillsAsync(RoundPlan plan)
    {
        List<(WillOwner, Task<string>)> demands = [];
        if (plan.Victim is Victim.Database or Victim.Nobody) return demands;
        foreach ((int i, WillOwner owner) in _cast.Owners.Index())
        {
            if (plan.Fates[i] is not (Fate.StaysAway or Fate.Drops)) continue;
            owner.Loop.StayAway();
            demands.Add((owner, _context.Wills.DemandOneOf(owner.Candidates())));
            if (plan.Fates[i] == Fate.Drops) await owner.Loop.GoOfflineAsync(isPolite: false).ConfigureAwait(false);
        }
        return demands;
    }

    private async Task KillAsync(RoundPlan plan)
    {
        if (plan.Victim == Victim.Nobody) return;
        if (plan.Victim == Victim.Broker || !_store.HasProcess)
        {
            await RestartAsync(plan).ConfigureAwait(false);
            return;
        }
        if (plan.Victim == Victim.Both && !plan.IsDatabaseFirst) await KillBrokerAsync().ConfigureAwait(false);
        await _store.KillAsync().ConfigureAwait(false);
        if (plan.Victim == Victim.Both && plan.IsDatabaseFirst) await KillBrokerAsync().ConfigureAwait(false);
        await _store.StartAsync().ConfigureAwait(false);
        if (plan.Victim == Victim.Both) await RestartAsync(plan).ConfigureAwait(false);
    }

    private async Task KillBrokerAsync()
    {
        _context.BrokerIsUp.Close();
        if (_broker.EndedByItself) _context.Violations.Add("ended", "broker", "before it was killed");
        await _broker.KillAsync().ConfigureAwait(false);
    }

    private async Task RestartAsync(RoundPlan plan)
    {
        await KillBrokerAsync().ConfigureAwait(false);
        if (plan.KillStartAfter is { } after) await _broker.StartAndKillAsync(plan.MaxInflight, after).ConfigureAwait(false);
        await _broker.StartAsync(plan.MaxInflight).ConfigureAwait(false);
        await _retained.RunAsync(new Dictionary<string, string>()).ConfigureAwait(false);
        _context.BrokerIsUp.Open();
    }

    /// <summary>Who is to be there comes, what is under way is completed, and a last message goes to each topic.</summary>
    private async Task CompleteAsync(bool isLast)
    {
        Subscriber[] present = [.. _cast.Subscribers.Where(s => isLast || s.Plan.Presence != Presence.Away)];
        foreach (Subscriber subscriber in present) subscriber.Loop.GoOnline();
        await Task.WhenAll(present.Select(s => s.WhenSettledAsync())).ConfigureAwait(false);
        foreach (Publisher publisher in _cast.Publishers) publisher.StopBeginning();
        foreach (Publisher publisher in _cast.Publishers) publisher.Probe();
        await Task.WhenAll(_cast.Publishers.Select(p => p.WhenIdleAsync())).ConfigureAwait(false);
        await Task.WhenAll(present.Select(s => s.DrainAsync())).ConfigureAwait(false);
    }

    /// <summary>Waits for the wills that must come, and finds those that must not; then their owners return.</summary>
    private async Task TakeWillsAsync(List<(WillOwner Owner, Task<string> Will)> demands)
    {
        foreach ((WillOwner owner, Task<string> will) in demands)
        {
            try
            {
                _retainedWills[owner.Plan.Topic] = await will.WaitAsync(TestTime.Patience).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                _context.Violations.Add(
                    "will", owner.Plan.ClientId,
                    $"its owner stayed away, and none of {string.Join(", ", owner.Candidates())} came");
            }
        }
        foreach (WillOwner owner in _cast.Owners) owner.Loop.GoOnline();
        await Task.WhenAll(_cast.Owners.Select(o => o.WhenConnectedAsync())).ConfigureAwait(false);
        foreach ((string owner, string text) in _context.Wills.Wrong()) _context.Violations.Add("will", owner, text);
    }

    private void ThrowIfBroken(int round, string plan)
    {
        if (_broker.EndedByItself) _context.Violations.Add("ended", "broker", "without being killed");
        if (!_context.Violations.Any) return;
        string heading =
            $"round {round} of seed {_options.Seed}, store {_options.Store}, kill {_options.Kill}: {plan}\n{_plan}\n" +
            $"again: bench/crash.sh {_options.Rounds} --seed {_options.Seed} --store {_options.Store} --kill {_options.Kill}";
        throw new CrashFailedException(RunReport.Of(heading, _context, _cast.Loops, _broker.LogTail(60)));
    }
}
