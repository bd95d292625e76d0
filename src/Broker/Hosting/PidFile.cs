using System.Globalization;

namespace Broker.Hosting;

/// <summary>The file of <c>pid_file</c>: the process id, while the broker runs.</summary>
internal sealed class PidFile : IDisposable
{
    private readonly string _path;

    private PidFile(string path) => _path = path;

    /// <summary>Writes it. Call after privileges were dropped: the account that serves must be able to remove it.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="file">Removes the file when disposed; null on failure.</param>
    /// <param name="error">On failure the sentence for the log; end with <c>ExitCode.PidFileNotWritten</c>.</param>
    public static bool TryWrite(string path, out PidFile? file, out string? error)
    {
        (file, error) = (null, null);
        try
        {
            File.WriteAllText(path, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            file = new PidFile(path);
            return true;
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            error = $"Error: Unable to write pid file. {broken.Message}";
            return false;
        }
    }

    /// <summary>Removes it, unless another process has written its own id there meanwhile.</summary>
    public void Dispose()
    {
        try
        {
            string id = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
            if (File.ReadAllText(_path).Trim() == id) File.Delete(_path);
        }
        catch (IOException)
        {
            // Nothing depends on the file being gone, and the broker is on its way out.
        }
        catch (UnauthorizedAccessException)
        {
            // As above: the account that the broker took on may write the file but not its folder.
        }
    }
}
