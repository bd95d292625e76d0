using System.Net;
using Broker.Protocol.Topics;

namespace Broker.Diagnostics;

/// <summary>What a trace follows. Of what is given everything must hold; nothing given: all there is.</summary>
internal sealed class TraceFilter
{
    private readonly string? _clientId;
    private readonly string? _topic;
    private readonly string? _address;
    private readonly IPNetwork? _network;

    /// <param name="clientId">As who it happens to or who published the message; null: any.</param>
    /// <param name="topic">A valid topic filter, mount points included; null: any.</param>
    /// <param name="address">An IP address, a network (<c>10.0.0.0/8</c>), an address with its port, or the path of a unix
    /// socket; null: any.</param>
    public TraceFilter(string? clientId, string? topic, string? address)
    {
        (_clientId, _topic, _address) = (clientId, topic is null ? null : WithoutShare(topic), address);
        if (IPAddress.TryParse(address, out IPAddress? ip)) _network = new IPNetwork(ip, ip.GetAddressBytes().Length * 8);
        else if (IPNetwork.TryParse(address, out IPNetwork network)) _network = network;
    }

    /// <summary>Whether a text says an address as the constructor takes it.</summary>
    public static bool IsAddress(string text)
    {
        if (IPAddress.TryParse(text, out _) || IPNetwork.TryParse(text, out _) || text.StartsWith('/')) return true;
        int port = text.LastIndexOf(':');
        return port > 0 && IPAddress.TryParse(text.AsSpan(0, port), out _) && ushort.TryParse(text.AsSpan(port + 1), out _);
    }

    /// <summary>Whether the trace has this event.</summary>
    public bool Wants(TraceEvent happened)
    {
        if (_clientId is not null && happened.ClientId != _clientId && happened.PublisherId != _clientId) return false;
        if (_topic is not null && (happened.Topic is null || !IsAbout(happened, _topic))) return false;
        return _address is null || (happened.Address is { } address && IsFrom(address));
    }

    // Of a subscription it is a filter: wanted when one has what the other has, as far as wildcards tell.
    private static bool IsAbout(TraceEvent happened, string wanted)
    {
        string topic = happened.Topic!;
        if (happened.Word is not (TraceWord.Subscribe or TraceWord.Unsubscribe)) return TopicFilter.Matches(wanted, topic);
        topic = WithoutShare(topic);
        return topic == wanted || TopicFilter.Matches(wanted, topic) || TopicFilter.Matches(topic, wanted);
    }

    private static string WithoutShare(string filter) =>
        SharedFilter.TryParse(filter, out _, out string? shared) ? shared : filter;

    private bool IsFrom(string address)
    {
        if (address == _address) return true;
        int port = address.LastIndexOf(':');
        return port > 0 && _network is { } network && IPAddress.TryParse(address.AsSpan(0, port), out IPAddress? ip)
            && ip.AddressFamily == network.BaseAddress.AddressFamily && network.Contains(ip);
    }
}
