using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Broker.Configuration.Mosquitto;
using Broker.Hosting;

namespace Broker.Cli;

/// <summary>Writes findings for people, for programs and for code scanning.</summary>
internal static class FindingsText
{
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The findings in a format, with a line end.</summary>
    public static string Write(ImmutableArray<ConfigurationDiagnostic> findings, FindingsFormat format) => format switch
    {
        FindingsFormat.Json => Json(writer => WriteJson(writer, findings)),
        FindingsFormat.Sarif => Json(writer => WriteSarif(writer, findings)),
        _ => Text(findings),
    };

    private static string Text(ImmutableArray<ConfigurationDiagnostic> findings)
    {
        var text = new StringBuilder();
        foreach (ConfigurationDiagnostic finding in findings) text.Append(finding.Lines().Last()).Append('\n');
        return text.Append(Counted(findings, DiagnosticSeverity.Error)).Append(", ")
            .Append(Counted(findings, DiagnosticSeverity.Warning)).Append(", ")
            .Append(Counted(findings, DiagnosticSeverity.Note)).Append('\n').ToString();
    }

    private static string Counted(ImmutableArray<ConfigurationDiagnostic> findings, DiagnosticSeverity severity)
    {
        int count = findings.Count(one => one.Severity == severity);
        string word = severity.ToString().ToLowerInvariant();
        return count.ToString(CultureInfo.InvariantCulture) + (count == 1 ? $" {word}" : $" {word}s");
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, Indented)) write(writer);
        return Encoding.UTF8.GetString(bytes.WrittenSpan) + "\n";
    }

    private static void WriteJson(Utf8JsonWriter writer, ImmutableArray<ConfigurationDiagnostic> findings)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("findings");
        foreach (ConfigurationDiagnostic finding in findings)
        {
            writer.WriteStartObject();
            writer.WriteString("rule", finding.Rule);
            writer.WriteString("severity", finding.Word);
            writer.WriteString("file", finding.File);
            writer.WriteNumber("line", finding.Line);
            writer.WriteNumber("column", finding.Column);
            writer.WriteString("text", finding.Text);
            if (finding.MosquittoText is { } theirs) writer.WriteString("mosquitto", theirs);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteSarif(Utf8JsonWriter writer, ImmutableArray<ConfigurationDiagnostic> findings)
    {
        writer.WriteStartObject();
        writer.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
        writer.WriteString("version", "2.1.0");
        writer.WriteStartArray("runs");
        writer.WriteStartObject();
        WriteTool(writer, findings);
        writer.WriteStartArray("results");
        foreach (ConfigurationDiagnostic finding in findings) WriteResult(writer, finding);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteTool(Utf8JsonWriter writer, ImmutableArray<ConfigurationDiagnostic> findings)
    {
        writer.WriteStartObject("tool");
        writer.WriteStartObject("driver");
        writer.WriteString("name", "broker check-config");
        writer.WriteString("version", ProductVersion.Text);
        writer.WriteStartArray("rules");
        foreach (string rule in findings.Select(finding => finding.Rule).Distinct().Order(StringComparer.Ordinal))
        {
            writer.WriteStartObject();
            writer.WriteString("id", rule);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter writer, ConfigurationDiagnostic finding)
    {
        writer.WriteStartObject();
        writer.WriteString("ruleId", finding.Rule);
        // SARIF has these three words as levels as well.
        writer.WriteString("level", finding.Word);
        writer.WriteStartObject("message");
        writer.WriteString("text", finding.Text);
        writer.WriteEndObject();
        if (finding.File.Length > 0)
        {
            writer.WriteStartArray("locations");
            writer.WriteStartObject();
            writer.WriteStartObject("physicalLocation");
            writer.WriteStartObject("artifactLocation");
            writer.WriteString("uri", finding.File.Replace('\\', '/'));
            writer.WriteEndObject();
            if (finding.Line > 0)
            {
                writer.WriteStartObject("region");
                writer.WriteNumber("startLine", finding.Line);
                writer.WriteNumber("startColumn", finding.Column);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }
}
