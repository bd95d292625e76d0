namespace Load.Clients;

/// <summary>A subscriber of # that takes what it gets, on a thread of its own, and looks at none of it.</summary>
internal sealed class HashReader : IDisposable
{
    private readonly BlockingClient _client;
    private readonly Thread _thread;

    /// <param name="client">Is subscribed; is disposed with this.</param>
    public HashReader(BlockingClient client)
    {
        _client = client;
        _thread = new Thread(_client.ReadToEnd) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Bytes that came.</summary>
    public long Bytes => _client.BytesToEnd;

    public void Dispose()
    {
        _client.Leave();
        _thread.Join();
        _client.Dispose();
    }
}
