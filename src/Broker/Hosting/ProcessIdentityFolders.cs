namespace Broker.Hosting;

/// <summary>The folders the runtime loads code from while the broker runs, not only when it starts.</summary>
internal static class ProgramFolders
{
    /// <summary>Says which of them the account of this process cannot read; null: all are readable.</summary>
    /// <param name="account">Its name, for the sentence.</param>
    public static string? DescribeUnreadable(string account)
    {
        foreach (string folder in (string[])[AppContext.BaseDirectory, RuntimeFolder])
        {
            try
            {
                foreach (string file in Directory.EnumerateFiles(folder, "*.dll")) File.OpenRead(file).Dispose();
            }
            catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
            {
                return $"Error: '{account}' cannot read the program's own files in '{folder}': {broken.Message} "
                    + "Code is loaded from there while the broker runs; make it readable or install the broker elsewhere.";
            }
        }
        return null;
    }

    private static string RuntimeFolder => Path.GetDirectoryName(typeof(object).Assembly.Location) is { Length: > 0 } folder
        ? folder : AppContext.BaseDirectory;
}
