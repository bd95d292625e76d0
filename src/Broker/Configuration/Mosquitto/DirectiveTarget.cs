namespace Broker.Configuration.Mosquitto;

/// <summary>What a directive is taken over into.</summary>
/// <typeparam name="T">The part of the configuration.</typeparam>
/// <param name="Scope">The scope it stands for.</param>
/// <param name="Resolve">Finds the part; null after complaining that there is none.</param>
/// <param name="Given">Where the part keeps which directives it was given; asked after the part was found.</param>
internal sealed record DirectiveTarget<T>(
    DirectiveScope Scope, Func<DirectiveContext, T?> Resolve, Func<DirectiveContext, Dictionary<string, SourcePosition>> Given)
    where T : class;

/// <summary>The targets there are.</summary>
internal static class DirectiveTargets
{
    /// <summary>The whole broker.</summary>
    public static readonly DirectiveTarget<ConfigurationBuilder> Global =
        new(DirectiveScope.Global, context => context.Builder, context => context.Builder.Given);

    /// <summary>The default listener, whatever section is open: the deprecated <c>port</c> and <c>bind_address</c>.</summary>
    public static readonly DirectiveTarget<ListenerBuilder> DefaultListener =
        new(DirectiveScope.Global, OpenDefaultListener, context => context.File.CurrentListener!.Given);

    /// <summary>The listener before the directive, or the default listener.</summary>
    public static readonly DirectiveTarget<ListenerBuilder> Listener =
        new(DirectiveScope.Listener, CurrentOrDefaultListener, context => context.File.CurrentListener!.Given);

    /// <summary>The listener before the directive.</summary>
    public static readonly DirectiveTarget<ListenerBuilder> ListenerRequired =
        new(DirectiveScope.ListenerRequired, RequireListener, context => context.File.CurrentListener!.Given);

    /// <summary>The listener of a <c>listener</c> line; the default listener will not do.</summary>
    public static readonly DirectiveTarget<ListenerBuilder> NamedListener =
        new(DirectiveScope.ListenerRequired, RequireNamedListener, context => context.File.CurrentListener!.Given);

    /// <summary>Global security options, or the listener's under <c>per_listener_settings true</c>.</summary>
    public static readonly DirectiveTarget<SecurityBuilder> SecuritySection =
        new(DirectiveScope.Security, FindSecurity, SecurityGiven);

    /// <summary>The bridge before the directive.</summary>
    public static readonly DirectiveTarget<BridgeSection> Bridge =
        new(DirectiveScope.Bridge, RequireBridge, context => context.File.CurrentBridge!.Given);

    private static ListenerBuilder OpenDefaultListener(DirectiveContext context)
    {
        context.Builder.IsLocalOnly = false;
        ListenerBuilder listener = context.Builder.RequireDefaultListener(context.At, context.Name);
        context.File.CurrentListener = listener;
        return listener;
    }

    private static ListenerBuilder CurrentOrDefaultListener(DirectiveContext context) =>
        context.File.CurrentListener ??= context.Builder.RequireDefaultListener(context.At, context.Name);

    private static ListenerBuilder? RequireListener(DirectiveContext context)
    {
        if (context.File.CurrentListener is null) ReportNoListener(context);
        return context.File.CurrentListener;
    }

    private static ListenerBuilder? RequireNamedListener(DirectiveContext context)
    {
        if (context.File.CurrentListener is { } listener && listener != context.Builder.DefaultListener) return listener;
        ReportNoListener(context);
        return null;
    }

    private static void ReportNoListener(DirectiveContext context) => context.Report.Error(
        context.At, $"'{context.Name}' belongs to a listener: put it below a 'listener PORT' line",
        $"Error: The '{context.Name}' option requires a listener to be defined first.");

    private static SecurityBuilder? FindSecurity(DirectiveContext context)
    {
        context.Builder.HasSecurityOption = true;
        if (!context.Builder.PerListenerSettings) return context.Builder.Security;
        return RequireListener(context)?.Security;
    }

    private static Dictionary<string, SourcePosition> SecurityGiven(DirectiveContext context) =>
        context.Builder.PerListenerSettings ? context.File.CurrentListener!.Given : context.Builder.Given;

    private static BridgeSection? RequireBridge(DirectiveContext context)
    {
        if (context.File.CurrentBridge is null)
        {
            context.Report.Error(
                context.At, $"'{context.Name}' belongs to a bridge: put it below a 'connection NAME' line",
                $"Error: The '{context.Name}' option requires a bridge to be defined first.");
        }
        return context.File.CurrentBridge;
    }
}
