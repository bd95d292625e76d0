using Broker.CrashHarness.Facts;
using Broker.TestKit;

namespace Broker.CrashHarness.Clients;

/// <summary>What the clients of one run share.</summary>
internal sealed class RunContext : IDisposable
{
    /// <summary>As long as packets come nothing is lost yet; on a busy machine they come slowly.</summary>
    private const int QuietPeriodsMax = 30;

    private readonly CancellationTokenSource _end = new();
    private long _packets;

    public TimeProvider Time { get; } = TimeProvider.System;

    public long StartedAt { get; } = TimeProvider.System.GetTimestamp();

    /// <summary>Open while the broker is there and nobody is about to kill it.</summary>
    public AsyncGate BrokerIsUp { get; } = new();

    public required int Port { get; init; }

    public Ledger Ledger { get; } = new();

    public Violations Violations { get; } = new();

    public Wills Wills { get; } = new();

    public KillClock Kills { get; } = new();

    /// <summary>The run is over.</summary>
    public CancellationToken End => _end.Token;

    public void Stop() => _end.Cancel();

    /// <summary>A client got a packet.</summary>
    public void PacketCame()
    {
        Interlocked.Increment(ref _packets);
        Kills.CountPacket();
    }

    /// <summary>Waits for what clients are to reach.</summary>
    /// <exception cref="TimeoutException">It is not reached and nothing comes any more, or there is no end to it.</exception>
    public async Task WaitAsync(Task reached)
    {
        TimeSpan patience = Violations.Any ? TestTime.Patience / 10 : 2 * TestTime.Patience;
        for (int period = 1; ; period++)
        {
            long packets = Interlocked.Read(ref _packets);
            try
            {
                await reached.WaitAsync(patience, End).ConfigureAwait(false);
                return;
            }
            catch (TimeoutException) when (
                !Violations.Any && period < QuietPeriodsMax && Interlocked.Read(ref _packets) != packets)
            {
                // Looked at again after another period.
            }
        }
    }

    public void Dispose() => _end.Dispose();
}
