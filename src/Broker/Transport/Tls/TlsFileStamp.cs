using System.Globalization;
using System.Text;
using Broker.Configuration;

namespace Broker.Transport.Tls;

/// <summary>
/// Tells whether the files of a listener's TLS have changed, by their times and lengths. A path is followed through links each
/// time: a mounted secret changes by its folder becoming a link to another one.
/// </summary>
internal static class TlsFileStamp
{
    /// <summary>A text that is another one when a file is. Asks the file system; not for an I/O thread.</summary>
    public static string Of(TlsOptions options)
    {
        StringBuilder stamp = new();
        foreach (TlsPair pair in options.Pairs)
        {
            Add(stamp, pair.CertFile);
            Add(stamp, pair.KeyFile);
        }
        if (options.CaFile is { } authorities) Add(stamp, authorities);
        if (options.CrlFile is { } revoked) Add(stamp, revoked);
        if (options.CaPath is not { } folder || !Directory.Exists(folder)) return stamp.ToString();
        foreach (string file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)) Add(stamp, file);
        return stamp.ToString();
    }

    private static void Add(StringBuilder stamp, string path)
    {
        stamp.Append(path).Append(' ');
        FileSystemInfo? target;
        try
        {
            target = File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            target = null; // Not there, links in a circle, a folder that is closed: reading it will say what is wrong.
        }
        if (target is FileInfo { Exists: true } file)
            stamp.Append(CultureInfo.InvariantCulture, $"{file.LastWriteTimeUtc.Ticks} {file.Length}");
        stamp.Append('\n');
    }
}
