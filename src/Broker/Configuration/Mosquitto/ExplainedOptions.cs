using System.Collections.Immutable;
using System.Globalization;
using Broker.Persistence;

namespace Broker.Configuration.Mosquitto;

/// <summary>An option as it holds.</summary>
/// <param name="Name">The directive's name.</param>
/// <param name="Value">Its value as it would be written, secrets masked.</param>
/// <param name="At">The line that says so; null: none does.</param>
internal sealed record ExplainedOption(string Name, string Value, SourcePosition? At)
{
    /// <summary>The environment variable that says so, whatever the lines say; null: none does.</summary>
    public string? Variable { get; init; }

    /// <summary>Where it comes from, as people read it.</summary>
    public string Origin => At?.ToString() ?? Variable ?? "default";
}

/// <summary>The options of a listener, or of the whole broker.</summary>
/// <param name="Name">Such as <c>listener 1883</c>; <c>the whole broker</c>.</param>
/// <param name="OpenedBy">What opened the listener, a clause; null: it is the broker.</param>
/// <param name="Options">In the order of the table.</param>
internal sealed record ExplainedSection(string Name, string? OpenedBy, ImmutableArray<ExplainedOption> Options);

/// <summary>The value of each option and the line that it comes from.</summary>
internal static class ExplainedOptions
{
    private const string ListenerForm = "listener_";
    private const string Mask = "***";

    private static readonly string[] OpenListeners = ["listener", "port", "bind_address"];

    /// <summary>What holds for the whole broker, then for each listener.</summary>
    /// <param name="options">What holds.</param>
    /// <param name="origins">Where it comes from.</param>
    /// <param name="listeners">Which listeners.</param>
    public static ImmutableArray<ExplainedSection> Of(
        BrokerOptions options, ConfigurationOrigins origins, IEnumerable<int> listeners)
    {
        List<ExplainedOption> whole = [];
        foreach (Directive row in Rows(DirectiveScope.Global))
        {
            if (OpenListeners.Contains(row.Name) || row.Name.Contains("plugin", StringComparison.Ordinal)) continue;
            if (origins.VariableOf(row.Name) is { } variable)
                whole.Add(new ExplainedOption(row.Name, ValueWithoutLine(row, options), null) { Variable = variable });
            else Add(whole, row, origins.Global(row.Name), ValueWithoutLine(row, options));
        }
        ImmutableArray<ExplainedSection>.Builder sections = ImmutableArray.CreateBuilder<ExplainedSection>();
        sections.Add(new ExplainedSection("the whole broker", null, [.. whole]));
        foreach (int index in listeners)
        {
            ListenerOptions listener = options.Listeners[index];
            List<ExplainedOption> own = [];
            foreach (Directive row in Rows(DirectiveScope.Security, DirectiveScope.Listener, DirectiveScope.ListenerRequired))
            {
                bool isSaidElsewhere = row.Name.StartsWith(ListenerForm, StringComparison.Ordinal)
                    || row.Name.StartsWith("plugin", StringComparison.Ordinal);
                if (!isSaidElsewhere) AddOf(own, row, index, listener, origins);
            }
            sections.Add(new ExplainedSection(NameOf(listener), OpenedBy(origins.Listeners[index]), [.. own]));
        }
        return sections.ToImmutable();
    }

    /// <summary>A listener as people call it.</summary>
    public static string NameOf(ListenerOptions listener) => listener.UnixSocketPath is { } path
        ? $"listener 0 {path}"
        : $"listener {listener.Port.ToString(CultureInfo.InvariantCulture)} {listener.Address}".TrimEnd();

    private static IEnumerable<Directive> Rows(params DirectiveScope[] scopes) =>
        DirectiveTable.Rows.Where(row => scopes.Contains(row.Scope) && row.Status == DirectiveStatus.Implemented);

    private static string OpenedBy(ListenerBuilder listener) => listener.OpenedAt.File is { Length: > 0 }
        ? $"opened by '{listener.OpenedBy}' at {listener.OpenedAt}"
        : "opened because no line opens one";

    private static void AddOf(
        List<ExplainedOption> options, Directive row, int index, ListenerOptions listener, ConfigurationOrigins origins)
    {
        ImmutableArray<SaidDirective> said = origins.Of(index, row.Name);
        string? file = row.Name switch
        {
            "acl_file" => listener.Security.AclFile,
            "password_file" => listener.Security.PasswordFile,
            _ => null,
        };
        // From the option of a plugin.
        if (file is not null && said.IsEmpty) options.Add(new ExplainedOption(row.Name, file, origins.PlaceOf(index, row.Name)));
        else Add(options, row, said, row.Name == "allow_anonymous" ? Word(listener.Security.AllowAnonymous) : row.Default);
    }

    private static void Add(List<ExplainedOption> options, Directive row, ImmutableArray<SaidDirective> said, string byDefault)
    {
        foreach (SaidDirective one in said) options.Add(new ExplainedOption(row.Name, Masked(row.Name, one.Value), one.At));
        if (said.IsEmpty) options.Add(new ExplainedOption(row.Name, byDefault, null));
    }

    // What the environment says, or the way of starting.
    private static string ValueWithoutLine(Directive row, BrokerOptions options) => row.Name switch
    {
        "persistence" => Word(options.Persistence.IsEnabled),
        "persistence_url" => Masked(row.Name, options.Persistence.Url ?? "none"),
        "persistence_location" => options.Persistence.Location ?? row.Default,
        _ => row.Default,
    };

    private static string Word(bool value) => value ? "true" : "false";

    private static string Masked(string name, string value)
    {
        bool isService = value.StartsWith("http", StringComparison.OrdinalIgnoreCase);
        if (isService && value.IndexOf('?', StringComparison.Ordinal) is > 0 and var query)
            return StateStores.Shown(value[..query]) + "?" + Mask;
        if (value.Contains("://", StringComparison.Ordinal)) return StateStores.Shown(value);
        // Mostly there to carry a token.
        if (name == "otlp_header") return value[..(value.IndexOf('=', StringComparison.Ordinal) + 1)] + Mask;
        return IsSecret(name) ? Mask : value;
    }

    private static bool IsSecret(string name) =>
        name.EndsWith("password", StringComparison.Ordinal) || name.EndsWith("_psk", StringComparison.Ordinal)
        || name.EndsWith("kpass_sha1", StringComparison.Ordinal) || name.EndsWith("_token", StringComparison.Ordinal);
}
