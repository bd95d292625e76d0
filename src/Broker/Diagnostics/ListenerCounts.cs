using System.Diagnostics.Metrics;
using Broker.Protocol;

namespace Broker.Diagnostics;

/// <summary>What came in at one listener. Any thread.</summary>
internal sealed class ListenerCounts
{
    private static readonly ProtocolVersion[] Versions =
        [ProtocolVersion.Mqtt31, ProtocolVersion.Mqtt311, ProtocolVersion.Mqtt50];
    private static readonly string[] VersionNames = ["3.1", "3.1.1", "5.0"];

    private readonly long[] _connects = new long[Versions.Length];
    private readonly long[] _open = new long[Versions.Length];
    private readonly KeyValuePair<string, object?> _tag;
    private readonly KeyValuePair<string, object?>[] _versionTags =
        [.. VersionNames.Select(static name => new KeyValuePair<string, object?>("version", name))];

    private long _accepted;

    /// <param name="listener">Its name, the value of the tag.</param>
    public ListenerCounts(string listener) => _tag = new KeyValuePair<string, object?>("listener", listener);

    /// <summary>A connection was accepted by the transport, before anything was read from it.</summary>
    public void Accepted() => Interlocked.Increment(ref _accepted);

    /// <summary>A CONNECT was accepted.</summary>
    public void Opened(ProtocolVersion version)
    {
        Interlocked.Increment(ref _connects[IndexOf(version)]);
        Interlocked.Increment(ref _open[IndexOf(version)]);
    }

    /// <summary>A client that was accepted is gone.</summary>
    public void Closed(ProtocolVersion version) => Interlocked.Decrement(ref _open[IndexOf(version)]);

    public long AcceptedCount => Volatile.Read(ref _accepted);

    public long ConnectCount => _connects.Sum();

    public Measurement<long> ObserveAccepted() => new(AcceptedCount, [_tag]);

    public IEnumerable<Measurement<long>> ObserveConnects() => ByVersion(_connects);

    public IEnumerable<Measurement<long>> ObserveOpen() => ByVersion(_open);

    private IEnumerable<Measurement<long>> ByVersion(long[] counts) =>
        counts.Select((_, i) => new Measurement<long>(Volatile.Read(ref counts[i]), [_tag, _versionTags[i]]));

    private static int IndexOf(ProtocolVersion version) => Array.IndexOf(Versions, version);
}
