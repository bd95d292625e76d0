using System.Text;
using Broker.Messages;
using Broker.Protocol;
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

    /// <summary>Whether it can be written to at once. Default: everything goes by the queues.</summary>
    public bool MayBeHeld { get; set; }

    /// <summary>What was written to it at once: <c>q1 m7 payload</c>.</summary>
    public List<string> Passed { get; } = [];

    public bool TryHold(ConnectionHold hold) => MayBeHeld;

    public void Pass(in PublicationRun run, int count, in PassedDelivery delivery)
    {
        for (int i = 0; i < count; i++)
        {
            string id = delivery.Qos == QualityOfService.AtMostOnce ? "" : $" m{PacketIds.Of(delivery.FirstSequence + i)}";
            Passed.Add($"q{(int)delivery.Qos}{id} {Encoding.UTF8.GetString(run.PayloadOf(i))}");
        }
    }

    public void LetGo(ConnectionHold hold)
    {
    }

    public void CloseTakenOver() => IsTakenOver = true;
}
