using System.Text;
using Broker.Configuration.Mosquitto;

namespace Broker.UnitTests.Configuration;

/// <summary>The tables of mosquitto-compat.md as the directive table has them.</summary>
internal static class CompatibilityPage
{
    public const string Begin = "<!-- From here on made from the directive table; a test compares. -->";
    public const string End = "<!-- Up to here made from the directive table. -->";

    private static readonly (string Title, DirectiveScope[] Scopes)[] Parts =
    [
        ("The whole broker", [DirectiveScope.Global]),
        ("Security: global, or the listener's under `per_listener_settings true`", [DirectiveScope.Security]),
        ("Listeners", [DirectiveScope.Listener, DirectiveScope.ListenerRequired]),
        ("Plugins", [DirectiveScope.Plugin]),
        ("Bridges", [DirectiveScope.Bridge]),
    ];

    /// <summary>Everything between <see cref="Begin"/> and <see cref="End"/>, both included.</summary>
    public static string Expected
    {
        get
        {
            StringBuilder page = new StringBuilder().Append(Begin).Append('\n');
            foreach ((string title, DirectiveScope[] scopes) in Parts)
            {
                page.Append($"\n### {title}\n\n| directive | takes | default | since | status | difference and why |\n");
                page.Append("| --- | --- | --- | --- | --- | --- |\n");
                foreach (Directive row in DirectiveTable.Rows.Where(row => scopes.Contains(row.Scope))) page.Append(Line(row));
            }
            return page.Append('\n').Append(End).ToString();
        }
    }

    private static string Line(Directive row)
    {
        string names = string.Join(", ", row.Names.Select(name => $"`{name}`"));
        string required = row.Scope == DirectiveScope.ListenerRequired ? "†" : "";
        string state = Word(row.Status);
        return $"| {names}{required} | {row.Values} | {row.Default} | {row.Since} | {state} | {Sentence(row.Note)} |\n";
    }

    private static string Word(DirectiveStatus status) => status switch
    {
        DirectiveStatus.Implemented => "works",
        DirectiveStatus.Accepted => "accepted",
        DirectiveStatus.NotSupported => "not yet, warning",
        _ => "not yet, error",
    };

    private static string Sentence(string note) =>
        note.Length == 0 ? "" : char.ToUpperInvariant(note[0]) + note[1..] + (note.EndsWith('.') ? "" : ".");
}
