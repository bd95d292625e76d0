using Broker.Configuration;
using Broker.Configuration.Mosquitto;

namespace Broker.UnitTests.Configuration;

/// <summary>Short words for reading a configuration in a test.</summary>
internal static class Reading
{
    /// <summary>The options of a text that must be without errors.</summary>
    public static BrokerOptions Options(string text, CommandLineOverrides? overrides = null)
    {
        ConfigurationResult result = MosquittoConfiguration.Parse(text, "a.conf", overrides);
        Assert.True(result.Options is not null, string.Join('\n', result.Diagnostics));
        return result.Options;
    }

    /// <summary>The only listener of a text.</summary>
    public static ListenerOptions Listener(string text) => Assert.Single(Options(text).Listeners);

    /// <summary>All remarks about a text, as they are printed.</summary>
    public static string[] Remarks(string text) =>
        [.. MosquittoConfiguration.Parse(text, "a.conf").Diagnostics.SelectMany(remark => remark.Lines())];

    /// <summary>The errors of a text, as they are printed.</summary>
    public static string[] Errors(string text) => Of(text, DiagnosticSeverity.Error);

    /// <summary>The warnings of a text, as they are printed.</summary>
    public static string[] Warnings(string text) => Of(text, DiagnosticSeverity.Warning);

    private static string[] Of(string text, DiagnosticSeverity severity) =>
    [
        .. MosquittoConfiguration.Parse(text, "a.conf").Diagnostics
            .Where(remark => remark.Severity == severity).SelectMany(remark => remark.Lines()),
    ];
}
