using System.Collections.Immutable;
using System.Text;

namespace Broker.Configuration.Mosquitto;

/// <summary>Reads a mosquitto.conf as mosquitto 2.1 reads it, and says everything that is wrong with it at once.</summary>
internal static class MosquittoConfiguration
{
    /// <summary>Reads a file and the files it includes.</summary>
    /// <param name="file">The file of <c>-c</c>; null: none, the broker runs on its defaults for this machine alone.</param>
    /// <param name="overrides">What the command line says.</param>
    public static ConfigurationResult Load(string? file, CommandLineOverrides overrides)
    {
        var report = new ConfigurationReport();
        var builder = new ConfigurationBuilder();
        if (file is not null && IncludedFiles.TryOpen(file, new SourcePosition("", 0, 0), report, out byte[] bytes))
            new ConfigurationFile(builder, report, isIncluded: false).Read(file, bytes);
        return Finish(builder, report, file, overrides);
    }

    /// <summary>Reads a text as if it were the main file.</summary>
    /// <param name="text">The text.</param>
    /// <param name="fileName">How remarks name it.</param>
    /// <param name="overrides">What the command line says; null: nothing.</param>
    public static ConfigurationResult Parse(string text, string fileName, CommandLineOverrides? overrides = null) =>
        Parse(Encoding.UTF8.GetBytes(text), fileName, overrides);

    /// <summary>Reads bytes as if they were the main file.</summary>
    public static ConfigurationResult Parse(ReadOnlyMemory<byte> bytes, string fileName, CommandLineOverrides? overrides = null)
    {
        var report = new ConfigurationReport();
        var builder = new ConfigurationBuilder();
        new ConfigurationFile(builder, report, isIncluded: false).Read(fileName, bytes);
        return Finish(builder, report, fileName, overrides ?? CommandLineOverrides.None);
    }

    private static ConfigurationResult Finish(
        ConfigurationBuilder builder, ConfigurationReport report, string? file, CommandLineOverrides overrides)
    {
        BuiltInPlugins.Apply(builder, report);
        WholeConfigurationChecks.Run(builder, report);
        ImmutableArray<ConfigurationDiagnostic> diagnostics = report.ToImmutable();
        if (report.HasErrors) return new ConfigurationResult(null, diagnostics);
        ImmutableArray<ListenerBuilder> listeners = OptionsResolver.Listeners(builder, overrides);
        BrokerOptions options = OptionsResolver.Resolve(builder, file, overrides, listeners) with
        {
            StartRemarks = [.. diagnostics.SelectMany(remark => remark.Lines())],
        };
        return new ConfigurationResult(options, diagnostics)
        {
            Origins = new ConfigurationOrigins(builder, listeners) { Overrides = overrides },
        };
    }
}
