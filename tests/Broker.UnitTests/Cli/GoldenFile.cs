using System.Text.RegularExpressions;
using Broker.Cli;
using Broker.TestKit.Processes;
using Broker.UnitTests.Repository;

namespace Broker.UnitTests.Cli;

/// <summary>
/// A configuration with a pitfall, and what <c>broker check-config</c> says about it. In the configuration <c>FOLDER</c> stands
/// for a folder of the test's own; lines <c>#file NAME MODE TEXT</c> and <c>#link NAME TARGET</c> put files into it first, with
/// <c>\n</c> for a new line in TEXT. <c>#certificate NAME DAYS [cn]</c>, <c>#authority NAME DAYS</c> and <c>#revocations NAME
/// DAYS</c> make certificates, with names or with a CN only, and lists that are good for so many days; in what is said about
/// them <c>DATE</c> stands for each day.
/// </summary>
internal sealed partial class GoldenFile(string name)
{
    private static readonly string Folder = Path.Combine(RepositoryTree.Root, "tests/Broker.UnitTests/Cli/Findings");

    /// <summary>The names of all.</summary>
    public static IEnumerable<string> Names =>
        Directory.GetFiles(Folder, "*.conf").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    /// <summary>What is expected: the exit status, then the findings.</summary>
    private string Expected => File.Exists(Place) ? File.ReadAllText(Place) : "";

    private string Place => Path.Combine(Folder, name + ".txt");

    /// <summary>The command has to say that and nothing else; if not, what it says is written, to be looked at.</summary>
    public static async Task ExpectAsync(params string[] names)
    {
        foreach (string name in names)
        {
            var golden = new GoldenFile(name);
            string said = await golden.RunAsync();
            if (said == golden.Expected) continue;
            string fresh = Path.Combine(Path.GetTempPath(), $"{name}.txt");
            await File.WriteAllTextAsync(fresh, said);
            Assert.Fail($"{name}.txt is not what is said. If that is as it should be: cp {fresh} {golden.Place}\n{said}");
        }
    }

    /// <summary>What the command says.</summary>
    private async Task<string> RunAsync()
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = File.ReadAllBytes(Path.Combine(Folder, name + ".conf"));
        string file = folder.File("a.conf");
        if (bytes.AsSpan().StartsWith("#"u8) || bytes.AsSpan().IndexOf("FOLDER"u8) >= 0) SetUp(folder, bytes, file);
        else File.WriteAllBytes(file, bytes);
        using StringWriter output = new();
        using StringWriter error = new();

        int status = await new CheckConfigCommand(new StandardStreams(TextReader.Null, output, error)).RunAsync(["-c", file]);

        string said = $"exit {status}\n{output}{error}".Replace(folder.Path, "FOLDER", StringComparison.Ordinal);
        return Day().Replace(said, "DATE");
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
            else
            {
                GoldenCertificates.Make(folder, line.Split(' '));
            }
        }
    }

    [GeneratedRegex(@"\b\d{4}-\d\d-\d\d\b")]
    private static partial Regex Day();
}
