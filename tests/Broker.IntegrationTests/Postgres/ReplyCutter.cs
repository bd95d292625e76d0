using System.Net;
using System.Net.Sockets;

namespace Broker.IntegrationTests.Postgres;

/// <summary>
/// A way to a server that can lose an answer: the server did what it was asked, and the client never hears of it.
/// </summary>
internal sealed class ReplyCutter : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly List<Task> _tasks = [];
    private readonly int _serverPort;
    private volatile TaskCompletionSource? _cut;

    public ReplyCutter(int serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        _tasks.Add(AcceptAsync());
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Loses the next answer, and the connection with it.</summary>
    /// <returns>Ends when it is lost.</returns>
    public Task CutNextReply()
    {
        TaskCompletionSource cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _cut = cut;
        return cut.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await Task.WhenAll(_tasks);
        _closing.Dispose();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_closing.Token);
                _tasks.Add(ServeAsync(client));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient server = new();
        using (client)
        {
            await server.ConnectAsync(IPAddress.Loopback, _serverPort, _closing.Token);
            Task there = CopyAsync(client.GetStream(), server.GetStream(), isReply: false);
            Task back = CopyAsync(server.GetStream(), client.GetStream(), isReply: true);
            await Task.WhenAny(there, back);
            client.Client.Close();
            server.Client.Close();
            await Task.WhenAll(there, back);
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, bool isReply)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int count;
            while ((count = await from.ReadAsync(buffer, _closing.Token)) > 0)
            {
                // The answer to a batch comes in one piece, when all of it is committed.
                if (isReply && _cut is { } cut)
                {
                    _cut = null;
                    cut.SetResult();
                    return;
                }
                await to.WriteAsync(buffer.AsMemory(0, count), _closing.Token);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone: so is the other, then.
        }
    }
}
