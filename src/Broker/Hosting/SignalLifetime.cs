using System.Runtime.InteropServices;

namespace Broker.Hosting;

/// <summary>
/// SIGTERM and SIGINT ask for an orderly end. The host's own lifetime is not used: it would stop Kestrel before the clients
/// were told goodbye.
/// </summary>
internal sealed class SignalLifetime : IHostLifetime, IDisposable
{
    private readonly TaskCompletionSource<bool> _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>SIGUSR1 on Linux, which the runtime has no name for.</summary>
    private const PosixSignal UserSignal1 = (PosixSignal)10;

    /// <param name="onHangUp">SIGHUP came.</param>
    /// <param name="onSave">SIGUSR1 came.</param>
    public SignalLifetime(Action onHangUp, Action onSave)
    {
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT])
            _registrations.Add(PosixSignalRegistration.Create(signal, Stop));
        Register(PosixSignal.SIGHUP, onHangUp);
        if (OperatingSystem.IsLinux()) Register(UserSignal1, onSave);
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

    private void Register(PosixSignal signal, Action action) =>
        _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            action();
        }));

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        _stop.TrySetResult(false);
    }
}
