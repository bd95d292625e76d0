namespace Broker.Admin;

/// <summary>
/// An answer that goes on: server-sent events (<c>text/event-stream</c>), a JSON object each. Who reads it no more is noticed by
/// the comment that is sent when there is nothing else. Belongs to one request.
/// </summary>
internal sealed class EventStream(HttpContext context, CancellationToken stopping) : IDisposable
{
    private static readonly TimeSpan QuietMax = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource _end =
        CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);

    /// <summary>Cancelled when the reader is gone or the broker stops.</summary>
    public CancellationToken End => _end.Token;

    /// <summary>Sends the headers.</summary>
    public Task BeginAsync()
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.Body.FlushAsync(End);
    }

    /// <summary>Puts an event into the output.</summary>
    /// <param name="json">A JSON object in one line.</param>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> json)
    {
        await context.Response.Body.WriteAsync("data: "u8.ToArray(), End);
        await context.Response.Body.WriteAsync(json, End);
        await context.Response.Body.WriteAsync("\n\n"u8.ToArray(), End);
    }

    /// <summary>Sends what is in the output.</summary>
    public Task FlushAsync() => context.Response.Body.FlushAsync(End);

    /// <summary>Waits for more, and says meanwhile that it is still there.</summary>
    /// <param name="hasMore">Ends when there is more: true, or false for ever.</param>
    /// <param name="time">The clock.</param>
    public async Task<bool> WaitAsync(Task<bool> hasMore, TimeProvider time)
    {
        while (true)
        {
            try
            {
                return await hasMore.WaitAsync(QuietMax, time, End);
            }
            catch (TimeoutException)
            {
                await context.Response.Body.WriteAsync(":\n\n"u8.ToArray(), End);
                await FlushAsync();
            }
        }
    }

    public void Dispose() => _end.Dispose();
}
