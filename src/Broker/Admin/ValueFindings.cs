using Broker.Configuration.Mosquitto;

namespace Broker.Admin;

/// <summary>Values as a chart leaves them by mistake: quoted, or with a variable that nobody replaced.</summary>
internal static class ValueFindings
{
    private static readonly string[] Variables = ["${", "{{", "$("];

    /// <summary>Adds them.</summary>
    public static void Add(ConfigurationOrigins origins, ConfigurationReport report)
    {
        foreach (SaidDirective said in origins.All)
        {
            if (said.Value is [('"' or '\'') and var quote, .., var last] && last == quote)
            {
                report.Warning(
                    said.ValueAt, $"the quotation marks are part of the value of '{said.Directive.Name}': leave them out",
                    rule: "quoted-value");
            }
            if (Variables.FirstOrDefault(mark => said.Value.Contains(mark, StringComparison.Ordinal)) is { } mark)
            {
                report.Warning(
                    said.ValueAt,
                    $"the value of '{said.Directive.Name}' has '{mark}' in it, and nothing replaces variables in this file: "
                    + "write the value itself",
                    rule: "variable");
            }
        }
    }
}
