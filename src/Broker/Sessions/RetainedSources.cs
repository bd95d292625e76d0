using System.Collections.Concurrent;
using Broker.Messages;
using Broker.Security;

namespace Broker.Sessions;

/// <summary>
/// <c>check_retain_source</c>: may the client that retained a message still publish there, by the access lists of now? By which
/// listener it came is not known any more. Thread-safe.
/// </summary>
/// <param name="access">The access lists of now.</param>
internal sealed class RetainedSources(Func<AccessControl> access)
{
    /// <summary>So many publishers are remembered before it starts over.</summary>
    private const int CountMax = 1024;

    private Known _known = new(AccessControl.Open);

    /// <summary>Whether it may; the broker itself always may.</summary>
    public bool MayWrite(Message message)
    {
        if (message.PublisherId is not { } clientId) return true;
        AccessControl now = access();
        Known known = Volatile.Read(ref _known);
        if (known.Access != now || known.ByClient.Count >= CountMax) Volatile.Write(ref _known, known = new Known(now));
        ClientAccess? rights = known.ByClient.GetOrAdd(
            (message.PublisherUser, clientId), static (who, from) => from.For(null, who.User, who.ClientId), now);
        return rights?.MayWrite(message.Topic.Name) != false;
    }

    private sealed record Known(AccessControl Access)
    {
        public ConcurrentDictionary<(string? User, string ClientId), ClientAccess?> ByClient { get; } = new();
    }
}
