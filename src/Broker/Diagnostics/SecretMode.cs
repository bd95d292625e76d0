namespace Broker.Diagnostics;

/// <summary>Looks whether a file with secrets is open to everybody, at the end of its symbolic links.</summary>
internal static class SecretMode
{
    /// <summary>A sentence for the operator, or null: nobody else can read it, or the system does not say.</summary>
    /// <param name="what">What the file is, for example <c>keyfile</c>.</param>
    /// <param name="path">Its path. Links are followed: a mounted secret is a link to a link.</param>
    public static string? Warning(string what, string path)
    {
        if (OperatingSystem.IsWindows()) return null;
        try
        {
            string target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            UnixFileMode mode = File.GetUnixFileMode(target);
            if ((mode & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) == 0) return null;
            string link = target == path ? "" : $", a link to {target},";
            string octal = Convert.ToString((int)mode, 8).PadLeft(4, '0');
            return $"{what} {path}{link} is open to every account of this machine (mode {octal}): chmod o-rwx {target}.";
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            return null; // Reading it will say what is wrong.
        }
    }
}
