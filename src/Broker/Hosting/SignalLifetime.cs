using System.Runtime.InteropServices;

namespace Broker.Hosting;

/// <summary>
/// SIGTERM and SIGINT ask for an orderly end. The host's own lifetime is not used: it would stop Kestrel before the clients
/// were told goodbye.
/// </summary>
internal sealed partial class SignalLifetime : IHostLifetime, IDisposable
{
    private readonly TaskCompletionSource<bool> _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PosixSignalRegistration> _registrations = [];

    // Linux numbers, for which the runtime has no names. SIGRTMIN is not among them: the runtime sends it to its own threads.
    private const PosixSignal UserSignal1 = (PosixSignal)10;
    private const PosixSignal UserSignal2 = (PosixSignal)12;

    private const int HangUpNumber = 1;
    private const nint DefaultHandler = 0;
    private const nint IgnoredHandler = 1;

    private readonly Lock _lock = new();
    private readonly HashSet<PosixSignal> _missed = [];
    private OperatorSignals? _operator;

    public SignalLifetime()
    {
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT])
            _registrations.Add(PosixSignalRegistration.Create(signal, Stop));
        PosixSignal[] asked = OperatingSystem.IsLinux()
            ? [PosixSignal.SIGHUP, UserSignal1, UserSignal2]
            : [PosixSignal.SIGHUP];
        foreach (PosixSignal signal in asked) _registrations.Add(PosixSignalRegistration.Create(signal, Take));
    }

    /// <summary>
    /// Has SIGHUP come through even where whoever started the process ignores it, as nohup does: here it asks for a reload. Once,
    /// before the runtime looks at signals.
    /// </summary>
    public static void HearHangUp()
    {
        if (OperatingSystem.IsWindows()) return;
        nint before = signal(HangUpNumber, DefaultHandler);
        if (before != IgnoredHandler && before != DefaultHandler) _ = signal(HangUpNumber, before);
    }

    /// <summary>From now on signals that ask for something are answered; those that came earlier are answered now.</summary>
    public void Answer(OperatorSignals with)
    {
        PosixSignal[] missed;
        lock (_lock)
        {
            _operator = with;
            missed = [.. _missed];
        }
        foreach (PosixSignal signal in missed) Dispatch(signal, with);
    }

    /// <summary>Completes at the first signal, when the token is cancelled, or when a part has failed.</summary>
    /// <returns>Whether it has failed.</returns>
    public Task<bool> WaitForStopAsync(CancellationToken token)
    {
        token.Register(static state => ((TaskCompletionSource<bool>)state!).TrySetResult(false), _stop);
        return _stop.Task;
    }

    /// <summary>A part without which the broker cannot go on has failed.</summary>
    public void Fail() => _stop.TrySetResult(true);

    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
    }

    private static void Dispatch(PosixSignal signal, OperatorSignals with)
    {
        switch (signal)
        {
            case PosixSignal.SIGHUP:
                with.HangUp();
                break;
            case UserSignal1:
                with.Save();
                break;
            default:
                with.PrintSubscriptions();
                break;
        }
    }

    // The runtime calls this on the thread pool.
    private void Take(PosixSignalContext context)
    {
        context.Cancel = true;
        OperatorSignals? with;
        lock (_lock)
        {
            with = _operator;
            if (with is null) _missed.Add(context.Signal);
        }
        if (with is not null) Dispatch(context.Signal, with);
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        _stop.TrySetResult(false);
    }

    [LibraryImport("libc")]
    private static partial nint signal(int number, nint handler);
}
