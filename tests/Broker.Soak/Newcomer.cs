using System.Diagnostics;
using Broker.Protocol;
using Broker.TestKit;
using Xunit.Sdk;

namespace Broker.Soak;

/// <summary>Somebody new each second, who must be served within another.</summary>
internal sealed class Newcomer(int port, SoakOptions options, SoakFindings findings)
{
    private readonly List<TimeSpan> _waits = [];

    /// <summary>From before the connection to the own message that came back.</summary>
    public IReadOnlyList<TimeSpan> Waits => _waits;

    public async Task ComeAsync(Sampler sampler, CancellationToken end)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await pace.WaitForNextTickAsync(end).ConfigureAwait(false))
            {
                var clock = Stopwatch.StartNew();
                await ComeOnceAsync().ConfigureAwait(false);
                _waits.Add(clock.Elapsed);
                sampler.NoteWait(clock.Elapsed);
                if (clock.Elapsed > options.WaitMax) findings.Add($"a newcomer waited {clock.Elapsed.TotalMilliseconds:0} ms");
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The run is over.
        }
        catch (Exception failure) when (failure is XunitException or IOException)
        {
            findings.Add($"a newcomer was not served: {failure.Message.ReplaceLineEndings(" ")}");
        }
    }

    private async Task ComeOnceAsync()
    {
        await using TestClient client = await TestClient.OverTcpAsync(port, ProtocolVersion.Mqtt50).ConfigureAwait(false);
        string topic = $"newcomer/{Guid.NewGuid():N}";
        await client.ConnectAsync(topic).ConfigureAwait(false);
        await client.SubscribeAsync(topic, QualityOfService.AtLeastOnce).ConfigureAwait(false);
        await client.PublishAsync(new OutgoingPublish(topic, "x", QualityOfService.AtLeastOnce)).ConfigureAwait(false);
        // Which of PUBACK and PUBLISH is first is not said.
        while (await client.ReadAsync<object>().ConfigureAwait(false) is not ReceivedPublish) { }
    }
}
