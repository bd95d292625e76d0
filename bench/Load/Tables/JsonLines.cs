using System.Text.Json;
using System.Text.Json.Nodes;
using Load.Options;

namespace Load.Tables;

/// <summary>What --json printed, run after run.</summary>
internal static class JsonLines
{
    public static List<JsonObject> Read(string file)
    {
        try
        {
            return [.. File.ReadLines(file).Where(line => line.Length > 0).Select(line => JsonNode.Parse(line)!.AsObject())];
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            throw new UsageException($"{file}: {exception.Message}");
        }
    }

    /// <param name="values">In rising order.</param>
    /// <returns>Null when there are none.</returns>
    public static double? Median(double[] values)
    {
        if (values.Length == 0) return null;
        int middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
