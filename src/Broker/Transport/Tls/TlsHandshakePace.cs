using System.IO.Pipelines;
using System.Net;
using Broker.Connections;

namespace Broker.Transport.Tls;

/// <summary>
/// Where and how long one handshake runs. Its arithmetic takes a millisecond or more, so it must not run on the thread that moves
/// bytes: each step begins on the thread pool, when one of a few places is free. The places are held while computing, not while
/// waiting for the client, so silent clients hold up nobody; and only the time that the client takes counts against its patience,
/// so a crowd that reconnects at once is served in turn and not sent away. A handshake that was answered goes before those that
/// were not: else nobody would be through before all have begun. Otherwise addresses go in turn.
/// </summary>
internal sealed class TlsHandshakePace : IDisposable
{
    private readonly Places _places;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenRegistration _closed;
    private TimeSpan _patienceLeft;
    private bool _hasPlace;
    private volatile bool _hasAnswered;
    private volatile bool _isGone;

    /// <param name="places">Where handshakes are computed.</param>
    /// <param name="time">The clock of the patience.</param>
    /// <param name="patience">How long all waits for the client may take together.</param>
    /// <param name="connectionClosed">The client has sent its last byte. What it sent before is still to be read.</param>
    public TlsHandshakePace(Places places, TimeProvider time, TimeSpan patience, CancellationToken connectionClosed)
    {
        _places = places;
        _time = time;
        (Patience, _patienceLeft) = (patience, patience);
        _end = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _closed = connectionClosed.UnsafeRegister(static pace => ((TlsHandshakePace)pace!).OnClosed(), this);
    }

    /// <summary>Where the client is, if that is known.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>How long all waits for the client may take together.</summary>
    public TimeSpan Patience { get; }

    /// <summary>Cancelled when the client took too long or has gone.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>True when the client took too long.</summary>
    public bool HasRunOut => _end.IsCancellationRequested && !_isGone;

    /// <summary>Called with the first bytes that go to the client: from now on its side may be complete without it
    /// staying.</summary>
    public void Answered() => _hasAnswered = true;

    /// <summary>Waits for the client's first bytes, which stay where they are, then continues on the thread pool with a
    /// place.</summary>
    public async Task BeginAsync(PipeReader input)
    {
        ReadResult first = await WaitAsync(input.ReadAsync(_end.Token)).ConfigureAwait(false);
        input.AdvanceTo(first.Buffer.Start);
        await EnterAsync().ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
    }

    /// <summary>Continues on the thread pool with a place.</summary>
    public async Task EnterAsync()
    {
        if (_places.Enter(Address, _hasAnswered) is { } waiter)
        {
            await using (_end.Token.UnsafeRegister(static waiting => ((PlaceWaiter)waiting!).TrySetResult(), waiter))
            {
                await waiter.Task.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            }
            _hasPlace = _places.StopWaiting(waiter);
            _end.Token.ThrowIfCancellationRequested();
            return;
        }
        _hasPlace = true;
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
    }

    /// <summary>
    /// Reads what is there; else waits for the client without a place, and what comes is handled on the thread pool with one.
    /// </summary>
    public async ValueTask<ReadResult> ReadAsync(PipeReader input)
    {
        ValueTask<ReadResult> reading = input.ReadAsync(_end.Token);
        if (reading.IsCompletedSuccessfully && _hasPlace) return await reading.ConfigureAwait(false);
        Leave();
        ReadResult result = await WaitAsync(reading).ConfigureAwait(false);
        // Even when the pool was faster: this is the thread that brought the bytes.
        await EnterAsync().ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return result;
    }

    /// <summary>Gives the place back.</summary>
    public void Dispose()
    {
        Leave();
        _closed.Dispose();
        _end.Dispose();
    }

    // Before our first answer a client that has gone cannot finish the handshake, and there is no use in waiting for a place
    // for it.
    // After that its last words, and messages behind them, may have come in together with its farewell.
    private void OnClosed()
    {
        if (_hasAnswered) return;
        _isGone = true;
        _end.Cancel();
    }

    private async ValueTask<ReadResult> WaitAsync(ValueTask<ReadResult> reading)
    {
        long begun = _time.GetTimestamp();
        _end.CancelAfter(_patienceLeft);
        ReadResult result = await reading.ConfigureAwait(false);
        _end.CancelAfter(Timeout.InfiniteTimeSpan);
        _patienceLeft -= _time.GetElapsedTime(begun);
        if (_patienceLeft < TimeSpan.Zero) _patienceLeft = TimeSpan.Zero;
        return result;
    }

    private void Leave()
    {
        if (!_hasPlace) return;
        _hasPlace = false;
        _places.Leave();
    }
}
