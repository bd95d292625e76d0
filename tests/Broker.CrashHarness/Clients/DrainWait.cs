using Broker.CrashHarness.Facts;

namespace Broker.CrashHarness.Clients;

/// <summary>
/// What somebody waits for at a subscriber: first that its requests are answered, then that everything has come. Used under the
/// client's lock.
/// </summary>
internal sealed class DrainWait(Lock gate)
{
    private TaskCompletionSource? _settled;
    private TaskCompletionSource? _drained;
    private HashSet<SentMessage> _missing = [];
    private Func<int> _halfDone = () => 0;
    private bool _isPinging;
    private bool _isQuiet;

    /// <summary>Begins to wait for the answers to all requests.</summary>
    public Task BeginSettling(bool isSettled, string clientId, RunContext context)
    {
        _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (isSettled) _settled.TrySetResult();
        return WaitAsync(_settled.Task, context, () =>
            context.Violations.Add("not acknowledged", clientId, "SUBSCRIBE or UNSUBSCRIBE has no answer"));
    }

    public void Settled() => _settled?.TrySetResult();

    /// <summary>
    /// Begins to wait for what is missing and for what is half done; then a PINGREQ shows that nothing else comes.
    /// </summary>
    public Task BeginDraining(Func<HashSet<SentMessage>> missing, Func<int> halfDone, string clientId, RunContext context)
    {
        _missing = missing();
        _halfDone = halfDone;
        (_isPinging, _isQuiet) = (false, false);
        _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return WaitAsync(_drained.Task, context, () =>
        {
            foreach (SentMessage message in missing().OrderBy(m => m.FirstSent).Take(5))
                context.Violations.Add("lost", clientId, $"never got {message}", Words.Of(message));
            if (_missing.Count > 5) context.Violations.Add("lost", clientId, $"{_missing.Count} messages in all");
            if (halfDone() > 0) context.Violations.Add("half done", clientId, $"{halfDone()} messages without PUBREL");
            if (!context.Violations.Any)
                context.Violations.Add("restless", clientId, "PINGREQ has no answer, or packets never end");
        });
    }

    public void Delivered(SentMessage message) => _missing.Remove(message);

    public void PacketCame() => _isQuiet = false;

    public void ConnectionLost() => (_isPinging, _isQuiet) = (false, false);

    /// <summary>Whether a PINGREQ is to be sent now.</summary>
    public bool WantsPing()
    {
        if (_drained is null || _isPinging || _missing.Count > 0 || _halfDone() > 0) return false;
        (_isPinging, _isQuiet) = (true, true);
        return true;
    }

    public void PingAnswered()
    {
        _isPinging = false;
        if (!_isQuiet || _missing.Count > 0 || _halfDone() > 0) return;
        _drained?.TrySetResult();
        _drained = null;
    }

    private async Task WaitAsync(Task task, RunContext context, Action report)
    {
        try
        {
            await context.WaitAsync(task).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            lock (gate) report();
        }
    }
}
