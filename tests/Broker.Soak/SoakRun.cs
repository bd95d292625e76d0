using System.Globalization;
using Broker.TestKit.Processes;

namespace Broker.Soak;

/// <summary>
/// Everything that clients do, again and again for hours: nothing that was acknowledged may be lost, each new client must be
/// served, and the process must not grow.
/// </summary>
internal sealed class SoakRun(SoakOptions options, TextWriter output)
{
    private readonly int _port = FreePorts.Take();
    private readonly int _adminPort = FreePorts.Take();
    private readonly SoakFindings _findings = new();

    /// <summary>Plays it to the end.</summary>
    public async Task<SoakReport> PlayAsync()
    {
        using var folder = new TemporaryFolder();
        folder.OpenToAll();
        string file = folder.Write("soak.conf",
            $"""
            allow_anonymous true
            persistence true
            persistence_location {folder.Path}/
            persistent_client_expiration 2m
            takeover_delay_max 0
            log_type error
            log_type warning
            connection_messages false
            admin_listener {_adminPort}
            listener {_port} 127.0.0.1
            """);
        await using BrokerProcess broker =
            await BrokerProcess.StartWithAsync(["-v", "-c", file], folder.Path).ConfigureAwait(false);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{options.Clients} clients for {options.Duration.TotalMinutes:0.#} min, seed {options.Seed}"));
        using var end = new CancellationTokenSource(options.Duration);
        using var sampler = new Sampler(broker.Id, folder.Path, _adminPort, options, output);
        var witness = new Witness(_port, _findings);
        var population = new Population(_port, options, _findings);
        var newcomer = new Newcomer(_port, options, _findings);
        Task[] clients =
        [
            .. Enumerable.Range(0, options.Clients).Select(number => Task.Run(() => population.LiveAsync(number, end.Token))),
            Task.Run(() => witness.PublishAsync(end.Token)), Task.Run(() => witness.SubscribeAsync(end.Token)),
            Task.Run(() => newcomer.ComeAsync(sampler, end.Token)),
        ];
        await sampler.RunAsync(end.Token).ConfigureAwait(false);
        await Task.WhenAll(clients).ConfigureAwait(false);
        await witness.CompareAsync().ConfigureAwait(false);
        IReadOnlyList<string> log = broker.Log.All;
        if (log.FirstOrDefault(static line => line.Contains("xception", StringComparison.Ordinal)) is { } trouble)
            _findings.Add($"the broker logged: {trouble}");
        if (await broker.StopAsync().ConfigureAwait(false) != 0) _findings.Add("the broker does not end well");
        return new SoakReport(options, sampler.Samples, _findings.All)
        {
            Lives = population.Lives,
            Published = population.Published,
            Witnessed = witness.Acknowledged,
            Newcomers = newcomer.Waits,
        };
    }
}
