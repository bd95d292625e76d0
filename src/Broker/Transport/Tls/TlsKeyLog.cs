using Broker.Diagnostics;

namespace Broker.Transport.Tls;

/// <summary><c>--tls-keylog</c>: the platform writes the secrets of each handshake to a file, for Wireshark.</summary>
internal static class TlsKeyLog
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes the file for its owner alone and has the platform append to it. Before the first handshake.</summary>
    /// <returns>Why it cannot be, a sentence; null: it is done.</returns>
    public static string? Begin(string path)
    {
        try
        {
            // As mosquitto: somebody may have put the link there to have another file written over.
            if (new FileInfo(path).LinkTarget is not null)
                return $"The TLS key log {path} is a symbolic link; name the file itself.";
            FileStreamOptions options = new() { Mode = FileMode.Append, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
            using FileStream made = new(path, options);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            return FileTrouble.Describe("TLS key log", path, trouble);
        }
        AppContext.SetSwitch("System.Net.EnableSslKeyLogging", true);
        Environment.SetEnvironmentVariable("SSLKEYLOGFILE", path);
        return null;
    }
}
