using System.IO.Pipelines;
using Broker.Connections;
using Broker.TestKit;
using Broker.Transport.Tls;
using Microsoft.Extensions.Time.Testing;

namespace Broker.UnitTests.Transport;

public sealed class TlsHandshakePaceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _time = new();
    private readonly Places _places;
    private readonly Pipe _client = new(new PipeOptions(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));

    public TlsHandshakePaceTests() => (_places = new Places(_time)).SetLimits(countMax: 1);

    [Fact]
    public async Task What_a_handshake_reads_is_handled_on_the_pool_and_what_follows_on_the_thread_that_brought_it()
    {
        TlsTransportStream stream = new(new Duplex(_client.Reader, new Pipe().Writer));
        using TlsHandshakePace pace = new(_places, _time, Patience, default);
        await pace.EnterAsync();

        stream.Pace = pace;
        (bool isPool, string? name) handshake = await ThreadThatHandlesAsync(stream);
        stream.Pace = null;
        (bool isPool, string? name) afterwards = await ThreadThatHandlesAsync(stream);

        Assert.True(handshake.isPool);
        Assert.Equal((false, "io"), afterwards);
    }

    [Fact]
    public async Task A_silent_client_runs_out_of_patience()
    {
        using TlsHandshakePace pace = new(_places, _time, Patience, default);
        await pace.EnterAsync();
        Task<ReadResult> read = pace.ReadAsync(_client.Reader).AsTask();

        _time.Advance(Patience);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(TestTime.Patience));
        Assert.True(pace.HasRunOut);
    }

    [Fact]
    public async Task Waits_are_counted_together()
    {
        using TlsHandshakePace pace = new(_places, _time, Patience, default);
        await pace.EnterAsync();
        Task<ReadResult> first = pace.ReadAsync(_client.Reader).AsTask();
        _time.Advance(Patience * 0.6);
        await _client.Writer.WriteAsync(new byte[] { 1 });
        _client.Reader.AdvanceTo((await first.WaitAsync(TestTime.Patience)).Buffer.End);

        Task<ReadResult> second = pace.ReadAsync(_client.Reader).AsTask();
        _time.Advance(Patience * 0.6);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(TestTime.Patience));
    }

    [Fact]
    public async Task Our_own_time_does_not_count()
    {
        using TlsHandshakePace pace = new(_places, _time, Patience, default);
        await pace.EnterAsync();
        await _client.Writer.WriteAsync(new byte[] { 1 });
        _client.Reader.AdvanceTo((await pace.ReadAsync(_client.Reader)).Buffer.End);

        _time.Advance(Patience * 2);

        Assert.False(pace.HasRunOut);
        await _client.Writer.WriteAsync(new byte[] { 2 });
        Assert.Equal(1, (await pace.ReadAsync(_client.Reader)).Buffer.Length);
    }

    [Fact]
    public async Task What_a_client_sent_before_it_left_is_still_read_when_it_has_our_answer()
    {
        using CancellationTokenSource closed = new();
        using TlsHandshakePace pace = new(_places, _time, Patience, closed.Token);
        TlsTransportStream stream = new(new Duplex(_client.Reader, new Pipe().Writer)) { Pace = pace };
        await pace.EnterAsync();
        await stream.WriteAsync(new byte[] { 1 }.AsMemory());
        await _client.Writer.WriteAsync(new byte[] { 1, 2, 3 });
        await _client.Writer.CompleteAsync();

        await closed.CancelAsync();

        Assert.Equal(3, await stream.ReadAsync(new byte[10].AsMemory()));
        Assert.Equal(0, await stream.ReadAsync(new byte[10].AsMemory()));
        Assert.False(pace.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task The_end_of_the_connection_is_not_a_lack_of_patience()
    {
        using CancellationTokenSource closed = new();
        using TlsHandshakePace pace = new(_places, _time, Patience, closed.Token);
        await pace.EnterAsync();
        Task<ReadResult> read = pace.ReadAsync(_client.Reader).AsTask();

        await closed.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(TestTime.Patience));
        Assert.False(pace.HasRunOut);
    }

    // Or nobody would be through before everybody has begun.
    [Fact]
    public async Task Who_was_answered_goes_before_who_was_not()
    {
        using TlsHandshakePace computing = new(_places, _time, Patience, default);
        await computing.EnterAsync();
        using TlsHandshakePace unanswered = new(_places, _time, Patience, default);
        Task late = unanswered.EnterAsync();
        using TlsHandshakePace answered = new(_places, _time, Patience, default);
        answered.Answered();
        Task soon = answered.EnterAsync();
        Assert.Equal(2, _places.WaitingCount);

        computing.Dispose();

        await soon.WaitAsync(TestTime.Patience);
        Assert.False(late.IsCompleted);
        answered.Dispose();
        await late.WaitAsync(TestTime.Patience);
    }

    [Fact]
    public async Task Who_says_nothing_has_no_place_and_who_waits_for_one_does_not_run_out_of_patience()
    {
        using TlsHandshakePace silent = new(_places, _time, Patience, default);
        Task begin = silent.BeginAsync(new Pipe().Reader);
        using TlsHandshakePace computing = new(_places, _time, Patience, default);
        await computing.EnterAsync().WaitAsync(TestTime.Patience);
        using TlsHandshakePace waiting = new(_places, _time, Patience, default);
        await _client.Writer.WriteAsync(new byte[] { 1 });
        Task parked = waiting.BeginAsync(_client.Reader);

        _time.Advance(Patience);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => begin.WaitAsync(TestTime.Patience));
        Assert.False(waiting.HasRunOut);
        computing.Dispose();
        await parked.WaitAsync(TestTime.Patience);
        Assert.Equal(1, (await waiting.ReadAsync(_client.Reader)).Buffer.Length);
    }

    /// <summary>Begins a read, then brings a byte on a thread of its own; tells which thread the read went on with.</summary>
    private async Task<(bool IsPool, string? Name)> ThreadThatHandlesAsync(TlsTransportStream stream)
    {
        // Away from the test's synchronization context, which the broker does not have.
        Task<(bool, string?)> handled = await Task.Factory.StartNew(
            () => HandleAsync(stream), default, TaskCreationOptions.None, TaskScheduler.Default);
        Thread io = new(() => _client.Writer.WriteAsync(new byte[] { 1 }).AsTask().Wait()) { Name = "io" };
        io.Start();
        return await handled.WaitAsync(TestTime.Patience);
    }

    private static async Task<(bool IsPool, string? Name)> HandleAsync(TlsTransportStream stream)
    {
        Assert.Equal(1, await stream.ReadAsync(new byte[10].AsMemory()).ConfigureAwait(false));
        return (Thread.CurrentThread.IsThreadPoolThread, Thread.CurrentThread.Name);
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
