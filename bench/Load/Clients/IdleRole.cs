using Broker.Protocol;

namespace Load.Clients;

/// <summary>Says nothing, and answers for its connection when it is asked.</summary>
internal sealed class IdleRole(int number) : IRole
{
    private Client? _client;

    public string Name => $"idle client {number}";

    /// <summary>The broker has answered the ping.</summary>
    public bool IsAnswered { get; private set; }

    public void Ping()
    {
        ReadOnlySpan<byte> request = [0xC0, 0x00];
        request.CopyTo(_client!.Link.Reserve(request.Length));
        _client.Link.Advance(request.Length);
        _client.Link.Flush();
    }

    public void Opened(Client client) => _client = client;

    public void Frame(byte first, ReadOnlySpan<byte> body, long now)
    {
        if ((PacketType)(first >> 4) != PacketType.PingResp)
            throw new LoadException($"{Name}: a packet of type {first >> 4}");
        IsAnswered = true;
    }

    public void BatchEnd()
    {
        // Nothing to send.
    }
}
