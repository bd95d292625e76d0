using Broker.Cli;
using Broker.TestKit.Processes;
using Broker.UnitTests.Repository;

namespace Broker.UnitTests.Cli;

/// <summary>
/// A configuration with a pitfall, and what <c>broker check-config</c> says about it. In the configuration <c>FOLDER</c> stands
/// for a folder of the test's own; lines <c>#file NAME MODE TEXT</c> and <c>#link NAME TARGET</c> put files into it first, with
/// <c>\n</c> for a new line in TEXT.
/// </summary>
internal sealed class GoldenFile(string name)
{
    private static readonly string Folder = Path.Combine(RepositoryTree.Root, "tests/Broker.UnitTests/Cli/Findings");

    /// <summary>The names of all.</summary>
    public static IEnumerable<string> Names =>
        Directory.GetFiles(Folder, "*.conf").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    /// <summary>What is expected: the exit status, then the findings.</summary>
    public string Expected => File.ReadAllText(Path.Combine(Folder, name + ".txt"));

    /// <summary>What the command says.</summary>
    public async Task<string> RunAsync()
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = File.ReadAllBytes(Path.Combine(Folder, name + ".conf"));
        string file = folder.File("a.conf");
        if (bytes.AsSpan().StartsWith("#"u8) || bytes.AsSpan().IndexOf("FOLDER"u8) >= 0) SetUp(folder, bytes, file);
        else File.WriteAllBytes(file, bytes);
        using StringWriter output = new();
        using StringWriter error = new();

        int status = await new CheckConfigCommand(new StandardStreams(TextReader.Null, output, error)).RunAsync(["-c", file]);

        return $"exit {status}\n{output}{error}".Replace(folder.Path, "FOLDER", StringComparison.Ordinal);
    }

    private static void SetUp(TemporaryFolder folder, byte[] bytes, string file)
    {
        string text = System.Text.Encoding.UTF8.GetString(bytes).Replace("FOLDER", folder.Path, StringComparison.Ordinal);
        File.WriteAllText(file, text);
        foreach (string line in text.Split('\n'))
        {
            if (line.Split(' ', 4) is ["#file", string path, string mode, string content])
            {
                folder.Write(path, content.Replace("\\n", "\n", StringComparison.Ordinal));
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(folder.File(path), (UnixFileMode)Convert.ToInt32(mode, 8));
            }
            else if (line.Split(' ') is ["#link", string link, string target])
            {
                File.CreateSymbolicLink(folder.File(link), folder.File(target));
            }
        }
    }
}
