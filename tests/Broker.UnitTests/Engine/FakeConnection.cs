using Broker.Messages;
using Broker.Sessions;

namespace Broker.UnitTests.Engine;

/// <summary>A connection that only remembers what the engine asked of it.</summary>
internal sealed class FakeConnection : ISessionConnection
{
    public bool IsTouched { get; private set; }

    public bool IsTakenOver { get; private set; }

    public int Drains { get; private set; }

    /// <summary>Is called with each drain.</summary>
    public Action? OnDrain { get; init; }

    public bool WaitsForCommit { get; init; } = true;

    public bool TryTouch()
    {
        bool isFirst = !IsTouched;
        IsTouched = true;
        return isFirst;
    }

    public void Drain()
    {
        IsTouched = false;
        Drains++;
        OnDrain?.Invoke();
    }

    public Task ReadingEndedAsync() => Task.CompletedTask;

    /// <summary>Never: everything goes by the queues.</summary>
    public bool TryHold(ConnectionHold hold) => false;

    public void Pass(in PublicationRun run, int count, in PassedDelivery delivery) =>
        throw new InvalidOperationException("It is never held.");

    public void LetGo(ConnectionHold hold)
    {
    }

    public void CloseTakenOver() => IsTakenOver = true;
}
