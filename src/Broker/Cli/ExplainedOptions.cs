using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Broker.Configuration;
using Broker.Configuration.Mosquitto;

namespace Broker.Cli;

/// <summary>The value of each option and the line that it comes from, as text.</summary>
internal static partial class ExplainedOptions
{
    private const string ListenerForm = "listener_";

    private static readonly string[] OpenListeners = ["listener", "port", "bind_address"];

    /// <summary>What holds for the whole broker, then for each listener.</summary>
    /// <param name="options">What holds.</param>
    /// <param name="origins">Where it comes from.</param>
    /// <param name="listeners">Which listeners.</param>
    public static string Write(BrokerOptions options, ConfigurationOrigins origins, IEnumerable<int> listeners)
    {
        var text = new StringBuilder().Append("# the whole broker\n");
        foreach (Directive row in Rows(DirectiveScope.Global))
        {
            if (OpenListeners.Contains(row.Name) || row.Name.Contains("plugin", StringComparison.Ordinal)) continue;
            Append(text, row, origins.Global(row.Name), ValueWithoutLine(row, options));
        }
        foreach (int index in listeners)
        {
            ListenerOptions listener = options.Listeners[index];
            text.Append("\n# ").Append(NameOf(listener)).Append(", ").Append(OpenedBy(origins.Listeners[index])).Append('\n');
            foreach (Directive row in Rows(DirectiveScope.Security, DirectiveScope.Listener, DirectiveScope.ListenerRequired))
            {
                bool isSaidElsewhere = row.Name.StartsWith(ListenerForm, StringComparison.Ordinal)
                    || row.Name.StartsWith("plugin", StringComparison.Ordinal);
                if (!isSaidElsewhere) AppendOf(text, row, index, listener, origins);
            }
        }
        return text.ToString();
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

    private static void AppendOf(
        StringBuilder text, Directive row, int index, ListenerOptions listener, ConfigurationOrigins origins)
    {
        ImmutableArray<SaidDirective> said = origins.Of(index, row.Name);
        string? file = row.Name switch
        {
            "acl_file" => listener.Security.AclFile,
            "password_file" => listener.Security.PasswordFile,
            _ => null,
        };
        // From the option of a plugin.
        if (file is not null && said.IsEmpty) Append(text, row.Name, file, origins.PlaceOf(index, row.Name).ToString());
        else Append(text, row, said, row.Name == "allow_anonymous" ? Word(listener.Security.AllowAnonymous) : row.Default);
    }

    private static void Append(StringBuilder text, Directive row, ImmutableArray<SaidDirective> said, string byDefault)
    {
        foreach (SaidDirective one in said) Append(text, row.Name, Masked(row.Name, one.Value), one.At.ToString());
        if (said.IsEmpty) Append(text, row.Name, byDefault, "default");
    }

    private static void Append(StringBuilder text, string name, string value, string origin) =>
        text.Append(name.PadRight(32)).Append(' ').Append(value.PadRight(32)).Append(' ').Append(origin).Append('\n');

    // What the environment says, or the way of starting.
    private static string ValueWithoutLine(Directive row, BrokerOptions options) => row.Name switch
    {
        "persistence" => Word(options.Persistence.IsEnabled),
        "persistence_url" => Masked(row.Name, options.Persistence.Url ?? "none"),
        "persistence_location" => options.Persistence.Location ?? row.Default,
        _ => row.Default,
    };

    private static string Word(bool value) => value ? "true" : "false";

    private static string Masked(string name, string value) =>
        name == "persistence_url" ? PasswordInUrl().Replace(value, ":***@") : value;

    [GeneratedRegex("(?<=//[^:/@]*):[^@]*@")]
    private static partial Regex PasswordInUrl();
}
