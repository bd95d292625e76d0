namespace Broker.Configuration.Mosquitto;

/// <summary>Reads configuration files, and the folder of an <c>include_dir</c>.</summary>
internal static class IncludedFiles
{
    /// <summary>Reads every <c>*.conf</c> of a folder, in mosquitto's order.</summary>
    public static void Read(string folder, DirectiveContext context)
    {
        if (context.File.IsIncluded)
        {
            context.Report.Error(
                context.At, "an included file cannot include others",
                "Error: The include_dir option is only valid in the main configuration file.");
            return;
        }
        string[] files;
        try
        {
            files = [.. Directory.GetFileSystemEntries(folder).Where(IsConfiguration)];
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            context.Error(context.Value, broken.Message, $"Error: Unable to open include_dir '{folder}'.");
            return;
        }
        Array.Sort(files, CompareNames);
        foreach (string file in files)
        {
            if (TryOpen(file, context.At, context.Report, out byte[] bytes))
                new ConfigurationFile(context.Builder, context.Report, isIncluded: true).Read(file, bytes);
        }
    }

    /// <summary>Reads a file as a whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="namedAt">Where it was named; complaints go there.</param>
    /// <param name="report">Where to complain.</param>
    /// <param name="bytes">What it holds.</param>
    public static bool TryOpen(string path, SourcePosition namedAt, ConfigurationReport report, out byte[] bytes)
    {
        bytes = [];
        if (Directory.Exists(path))
        {
            report.Error(namedAt, $"'{path}' is a folder", $"Error: Config file '{path}' is a directory.");
            return false;
        }
        try
        {
            bytes = File.ReadAllBytes(path);
            return true;
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            report.Error(namedAt, broken.Message, $"Error: Unable to open config file '{path}'.");
            return false;
        }
    }

    private static bool IsConfiguration(string path)
    {
        string name = Path.GetFileName(path);
        return name.Length > ".conf".Length && name.EndsWith(".conf", StringComparison.Ordinal);
    }

    /// <summary>Without regard to case, upper case first where that leaves a tie.</summary>
    private static int CompareNames(string left, string right)
    {
        int order = string.CompareOrdinal(left.ToUpperInvariant(), right.ToUpperInvariant());
        return order != 0 ? order : string.CompareOrdinal(left, right);
    }
}
