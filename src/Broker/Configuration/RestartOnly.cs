using System.Collections.Immutable;

namespace Broker.Configuration;

/// <summary>
/// What a running broker cannot change: its listeners' sockets, where its state is, its account and its pid file, what operators
/// reach it by and where metrics go. All else of newly read options is taken over.
/// </summary>
internal static class RestartOnly
{
    private static readonly (string Directive, Func<BrokerOptions, object?> Value)[] OfBroker =
    [
        ("persistence", options => options.Persistence.IsEnabled),
        ("persistence_location", options => options.Persistence.Location),
        ("persistence_file", options => options.Persistence.File),
        ("persistence_url", options => options.Persistence.Url),
        ("persistence_kinds", options => options.Persistence.Kept.Kinds),
        ("persistence_user", options => string.Join('\n', options.Persistence.Kept.Users)),
        ("on_store_damage", options => options.Persistence.OnDamage),
        ("will_grace", options => options.Persistence.WillGrace),
        ("pid_file", options => options.PidFile),
        ("user", options => options.User),
        ("otlp_endpoint", options => options.Otlp?.Endpoint),
        ("otlp_protocol", options => options.Otlp?.IsGrpc),
        ("otlp_header", options => string.Join('\n', options.Otlp?.Headers ?? [])),
        ("otlp_interval", options => options.Otlp?.Interval),
        ("metrics_topic", options => string.Join('\n', options.MetricsTopics)),
        ("admin_listener", options => string.Join('\n', options.AdminListeners.Select(WhatIsUsed))),
    ];

    private static readonly (string Directive, Func<ListenerOptions, object?> Value)[] OfListener =
    [
        ("the address", listener => listener.Address),
        ("'socket_domain'", listener => listener.SocketDomain),
        ("'bind_interface'", listener => listener.BindInterface),
        ("'protocol'", listener => listener.Protocol),
        ("whether there is a 'certfile'", listener => listener.Tls is not null),
    ];

    /// <summary>The new options with what cannot change as it is. The listeners keep their number and order.</summary>
    /// <param name="running">What holds now.</param>
    /// <param name="read">What the file says now.</param>
    /// <param name="kept">A sentence for each difference that needs a restart.</param>
    public static BrokerOptions Keep(BrokerOptions running, BrokerOptions read, List<string> kept)
    {
        foreach ((string directive, Func<BrokerOptions, object?> value) in OfBroker)
        {
            if (!Equals(value(running), value(read)))
                kept.Add($"'{directive}' was changed in the configuration; it takes effect at the next start.");
        }
        return read with
        {
            Listeners = KeepListeners(running.Listeners, read.Listeners, kept),
            AdminListeners = running.AdminListeners,
            Otlp = running.Otlp,
            MetricsTopics = running.MetricsTopics,
            Persistence = running.Persistence,
            PidFile = running.PidFile,
            User = running.User,
            IsLocalOnly = running.IsLocalOnly,
        };
    }

    // The files that are named, not what is in them: that is reloaded.
    private static string WhatIsUsed(AdminListenerOptions admin)
    {
        ListenerOptions listener = admin.Listener;
        return $"{listener.Place} {listener.SocketDomain} {listener.BindInterface} {admin.TokenFile} {listener.Tls} "
            + string.Join(' ', listener.Tls?.SniCertificates ?? []);
    }

    private static ImmutableArray<ListenerOptions> KeepListeners(
        ImmutableArray<ListenerOptions> running, ImmutableArray<ListenerOptions> read, List<string> kept)
    {
        List<ListenerOptions> unused = [.. read];
        var found = new ListenerOptions?[running.Length];
        // First those that are the very same place, then those that only changed their address.
        for (int i = 0; i < running.Length; i++) found[i] = Take(unused, running[i], isAddressCompared: true);
        for (int i = 0; i < running.Length; i++) found[i] ??= Take(unused, running[i], isAddressCompared: false);
        foreach (ListenerOptions added in unused)
            kept.Add($"{added.Place} is new in the configuration; it is opened at the next start.");
        return [.. running.Select((listener, i) => KeepListener(listener, found[i], kept))];
    }

    private static ListenerOptions? Take(List<ListenerOptions> unused, ListenerOptions running, bool isAddressCompared)
    {
        int index = unused.FindIndex(listener => listener.Port == running.Port
            && listener.UnixSocketPath == running.UnixSocketPath
            && (!isAddressCompared || listener.Address == running.Address));
        if (index < 0) return null;
        ListenerOptions taken = unused[index];
        unused.RemoveAt(index);
        return taken;
    }

    private static ListenerOptions KeepListener(ListenerOptions running, ListenerOptions? read, List<string> kept)
    {
        if (read is null)
        {
            kept.Add($"{running.Place} is no longer in the configuration; it goes on as it is until the next start.");
            return running;
        }
        foreach ((string what, Func<ListenerOptions, object?> value) in OfListener)
        {
            if (!Equals(value(running), value(read)))
                kept.Add($"{running.Place}: {what} was changed in the configuration; it takes effect at the next start.");
        }
        return read with
        {
            Address = running.Address,
            SocketDomain = running.SocketDomain,
            BindInterface = running.BindInterface,
            Protocol = running.Protocol,
            Tls = running.Tls is null || read.Tls is null ? running.Tls : read.Tls,
        };
    }
}
