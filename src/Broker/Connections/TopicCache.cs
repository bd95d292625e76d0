using System.Diagnostics.CodeAnalysis;
using System.Text;
using Broker.Messages;
using Broker.Routing;
using Broker.Security;

namespace Broker.Connections;

/// <summary>A topic that a client publishes to, with who gets it.</summary>
internal sealed class TopicRoute
{
    public TopicRoute(byte[] nameOnWire, Topic topic, MatchResult match) =>
        (NameOnWire, Topic, Match) = (nameOnWire, topic, match);

    /// <summary>As the client sends it, without mount point.</summary>
    public byte[] NameOnWire { get; }

    public Topic Topic { get; }

    /// <summary>Looked up again when the tree's generation has moved on.</summary>
    public MatchResult Match { get; set; }

    /// <summary>Whether the client may publish here.</summary>
    public bool IsWritable { get; private set; } = true;

    /// <summary>What decided it; null: there is no access list.</summary>
    public ClientAccess? Access { get; private set; }

    /// <summary>Decides anew, for other rights.</summary>
    public void Ask(ClientAccess? access) => (Access, IsWritable) = (access, access?.MayWrite(Topic.Name) != false);
}

/// <summary>
/// From the bytes of a topic name to the topic and its receivers, for one connection: a client publishes to few topics many
/// times. Bounded; starts over when full. Belongs to the read loop.
/// </summary>
internal sealed class TopicCache
{
    private const int CountMax = 1024;
    private const int NameBytesMax = 64 * 1024;

    private readonly SubscriptionTree _tree;
    private readonly string? _mountPoint;
    private Dictionary<byte[], TopicRoute>? _routes;
    private TopicRoute? _last;
    private int _nameBytes;

    public TopicCache(SubscriptionTree tree, string? mountPoint) => (_tree, _mountPoint) = (tree, mountPoint);

    /// <summary>The route of a valid topic name.</summary>
    /// <param name="topicUtf8">As the client sends it.</param>
    /// <param name="access">What the client may publish; null: everything.</param>
    public TopicRoute Get(ReadOnlySpan<byte> topicUtf8, ClientAccess? access = null)
    {
        TopicRoute route = _last is not null && topicUtf8.SequenceEqual(_last.NameOnWire) ? _last : Find(topicUtf8);
        if (route.Access != access) route.Ask(access);
        if (route.Match.Generation != _tree.Generation) route.Match = _tree.Match(route.Topic.Name);
        return _last = route;
    }

    private TopicRoute Find(ReadOnlySpan<byte> topicUtf8)
    {
        _routes ??= new Dictionary<byte[], TopicRoute>(Utf8Comparer.Instance);
        var lookup = _routes.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (lookup.TryGetValue(topicUtf8, out TopicRoute? found)) return found;
        if (_routes.Count >= CountMax || _nameBytes + topicUtf8.Length > NameBytesMax)
        {
            _routes.Clear();
            _nameBytes = 0;
        }
        _nameBytes += topicUtf8.Length;
        byte[] nameOnWire = topicUtf8.ToArray();
        string name = _mountPoint + Encoding.UTF8.GetString(topicUtf8);
        Topic topic = _mountPoint is null ? new Topic(name, nameOnWire) : new Topic(name);
        var route = new TopicRoute(nameOnWire, topic, _tree.Match(name));
        _routes.Add(nameOnWire, route);
        return route;
    }

    private sealed class Utf8Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly Utf8Comparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
