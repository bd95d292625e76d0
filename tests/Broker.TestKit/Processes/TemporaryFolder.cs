namespace Broker.TestKit.Processes;

/// <summary>A folder of a test's own, removed with it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("broker-test-");

    public string Path => _folder.FullName;

    /// <summary>The full path of a name in the folder, whether it exists or not.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a text file.</summary>
    /// <returns>Its full path.</returns>
    public string Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    /// <summary>Lets every account write here: a broker started by root gives up its rights.</summary>
    public void OpenToAll()
    {
        const UnixFileMode All = (UnixFileMode)0b_111_111_111;
        if (!OperatingSystem.IsWindows()) System.IO.File.SetUnixFileMode(Path, All);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
