using System.Collections.Frozen;
using System.Collections.Immutable;
using Broker.Configuration;

namespace Broker.Security;

/// <summary>The outcome of a load: the access control when <paramref name="Errors"/> is empty.</summary>
internal readonly record struct AccessControlResult(
    AccessControl? AccessControl, ImmutableArray<AclFileRemark> Errors, ImmutableArray<AclFileRemark> Warnings);

/// <summary>
/// The access list of each listener. Immutable: a reload makes another and hands it to the engine
/// (<c>BrokerEngine.Use</c>). Decisions are values that name the line they come from.
/// </summary>
internal sealed class AccessControl
{
    /// <summary>No lists: everybody may do everything.</summary>
    public static readonly AccessControl Open = new(FrozenDictionary<(int Port, string? Where), Entry>.Empty);

    private readonly FrozenDictionary<(int Port, string? Where), Entry> _byListener;
    private readonly ImmutableArray<Entry> _distinct;

    private AccessControl(FrozenDictionary<(int Port, string? Where), Entry> byListener)
    {
        _byListener = byListener;
        _distinct = [.. byListener.Values.Distinct()];
    }

    /// <summary>Reads the access list of every listener, each file once.</summary>
    public static AccessControlResult Load(BrokerOptions options)
    {
        Dictionary<string, AclFile?> files = new(StringComparer.Ordinal);
        List<AclFileRemark> errors = [];
        List<AclFileRemark> warnings = [];
        foreach (string path in options.Listeners.Select(listener => listener.Security.AclFile).OfType<string>().Distinct())
        {
            AclFileResult result = AclFile.Load(path);
            errors.AddRange(result.Errors);
            warnings.AddRange(result.Warnings);
            files.Add(path, result.File);
        }
        if (errors.Count > 0) return new(null, [.. errors], [.. warnings]);
        Dictionary<(int Port, string? Where), Entry> byListener = [];
        foreach (ListenerOptions listener in options.Listeners)
        {
            ListenerSecurityOptions security = listener.Security;
            AclFile? file = security.AclFile is { } path ? files[path] : null;
            byListener[listener.Key] = new Entry(file, security.AclPatternNames);
        }
        bool hasLists = byListener.Values.Any(entry => entry.File is not null);
        return new(hasLists ? new AccessControl(byListener.ToFrozenDictionary()) : Open, [], [.. warnings]);
    }

    /// <summary>What a client may do; null: everything.</summary>
    /// <param name="listener">
    /// Where it connected. Null: not known, as of a session that was loaded from the store: then it may read what any listener
    /// would let it read, which is asked again when it connects, and write what all would let it write.
    /// </param>
    /// <param name="userName">Null or empty: none.</param>
    /// <param name="clientId">Client id.</param>
    /// <param name="grant">What it was given beside the lists; null: nothing. With it, the listener is known.</param>
    public ClientAccess? For(ListenerOptions? listener, string? userName, string clientId, ClientGrant? grant = null)
    {
        if (grant is { IsSuperuser: true }) return null;
        if (grant?.Rules is { } rules) return Join(listener, userName, clientId, rules);
        if (_distinct.IsEmpty) return null;
        if (userName?.Length == 0) userName = null;
        if (listener is not null && _byListener.TryGetValue(listener.Key, out Entry entry))
            return entry.File is { } file ? new ClientAccess(file, entry.Names, userName, clientId) : null;
        ClientAccess? access = null;
        bool hasOpenListener = _distinct.Any(static candidate => candidate.File is null);
        foreach (Entry candidate in _distinct)
        {
            if (candidate.File is not { } list) continue;
            access = new ClientAccess(list, candidate.Names, userName, clientId)
            {
                Alternative = access,
                ReadsEverything = hasOpenListener,
            };
        }
        return access;
    }

    private ClientAccess Join(ListenerOptions? listener, string? userName, string clientId, GrantedRules rules)
    {
        Entry entry = listener is not null && _byListener.TryGetValue(listener.Key, out Entry found) ? found : default;
        return new ClientAccess(entry.File ?? AclFile.Empty, entry.Names, userName, clientId, rules);
    }

    private readonly record struct Entry(AclFile? File, AclNames Names);
}
