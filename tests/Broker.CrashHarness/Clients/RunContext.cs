using Broker.CrashHarness.Facts;

namespace Broker.CrashHarness.Clients;

/// <summary>What the clients of one run share.</summary>
internal sealed class RunContext : IDisposable
{
    private readonly CancellationTokenSource _end = new();

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

    public void Dispose() => _end.Dispose();
}
