using Broker.CrashHarness.Clients;
using Broker.CrashHarness.Plans;

namespace Broker.CrashHarness.Runs;

/// <summary>All clients of a run.</summary>
internal sealed class Cast
{
    private readonly List<Task> _running = [];

    public Cast(RunContext context, RunPlan plan)
    {
        Publishers = [.. plan.Publishers.Select(p => new Publisher(context, p))];
        Subscribers = [.. plan.Subscribers.Select(s => new Subscriber(context, s))];
        Owners = [.. plan.Wills.Select(w => new WillOwner(context, w))];
        Loops = [.. Publishers.Select(p => p.Loop), .. Subscribers.Select(s => s.Loop), .. Owners.Select(o => o.Loop)];
    }

    public IReadOnlyList<Publisher> Publishers { get; }

    public IReadOnlyList<Subscriber> Subscribers { get; }

    public IReadOnlyList<WillOwner> Owners { get; }

    public IReadOnlyList<ClientLoop> Loops { get; }

    /// <summary>Lets them all in for the first time; who will be away leaves after it has subscribed.</summary>
    public async Task StartAsync()
    {
        foreach (ClientLoop loop in Loops)
        {
            loop.GoOnline();
            _running.Add(loop.RunAsync());
        }
        await Task.WhenAll(Subscribers.Select(s => s.WhenSettledAsync())).ConfigureAwait(false);
        await Task.WhenAll(Owners.Select(o => o.WhenConnectedAsync())).ConfigureAwait(false);
        foreach (Subscriber subscriber in Subscribers.Where(s => s.Plan.Presence == Presence.Away))
            await subscriber.Loop.GoOfflineAsync(isPolite: true).ConfigureAwait(false);
    }

    /// <summary>After the end of the run was said.</summary>
    public Task EndAsync() => Task.WhenAll(_running);
}
