using System.Text;
using Broker.Configuration.Mosquitto;

namespace Broker.Fuzzing.Targets;

/// <summary>mosquitto.conf: every remark has a place in the file, and there are options exactly when nothing is wrong.</summary>
internal static class ConfigurationTarget
{
    private static readonly string[] Values =
    [
        " true\n", " false\n", " 0\n", " 1\n", " -1\n", " 2147483648\n", " /etc/broker/file\n", " tlsv1.3\n", " mqtt\n",
        " websockets\n", " 127.0.0.1\n", " ::1\n", " 1883 localhost\n", " # comment\n", " \"", " 12h\n",
        " file /var/log/a\n", " all\n", "\t", "\r\n",
    ];

    public static FuzzTarget Create() => new(
        "configuration", [.. DirectiveTable.Names.Concat(Values).Select(Encoding.UTF8.GetBytes)], Read);

    private static void Read(byte[] input)
    {
        // What it includes is the file system's, and not of this input.
        if (input.AsSpan().IndexOf("include_dir"u8) >= 0) return;
        ConfigurationResult result = MosquittoConfiguration.Parse(input, "a.conf");
        int lines = input.Count(value => value == (byte)'\n') + 1;
        foreach (ConfigurationDiagnostic remark in result.Diagnostics)
        {
            bool hasPlace = remark.Line >= 1 && remark.Line <= lines && remark.Column >= 1;
            BrokenException.Unless(hasPlace, $"no such place: {remark}");
        }
        bool hasErrors = result.Diagnostics.Any(static remark => remark.Severity == DiagnosticSeverity.Error);
        BrokenException.Unless(hasErrors == result.Options is null, "options beside errors, or neither");
    }
}
