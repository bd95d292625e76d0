using Broker.Security;

namespace Broker.Admin;

/// <summary>The tokens of a file; a reload reads it again.</summary>
/// <param name="path">The file.</param>
/// <param name="tokens">What is in it.</param>
internal sealed class AdminTokenFile(string path, AdminTokens tokens)
{
    private volatile AdminTokens _current = tokens;

    /// <summary>The tokens that hold now.</summary>
    public AdminTokens Current => _current;

    /// <summary>Reads the file again.</summary>
    /// <param name="errors">Takes what is wrong, a sentence each.</param>
    /// <returns>What puts it into force; null when there are errors.</returns>
    public Action? Prepare(List<PasswordFileError> errors) =>
        AdminTokens.Load(path, errors) is { } read ? () => _current = read : null;
}
