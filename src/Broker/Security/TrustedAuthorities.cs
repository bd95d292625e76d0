using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Broker.Diagnostics;

namespace Broker.Security;

/// <summary>Who may vouch for a service that decides who gets in.</summary>
/// <param name="Certificates">Null: whom the system trusts.</param>
/// <param name="Print">The same for the same certificates, empty for none.</param>
internal sealed record TrustedAuthorities(X509Certificate2Collection? Certificates, string Print)
{
    private static readonly TrustedAuthorities OfSystem = new(null, "");

    /// <summary>Reads them; null: the file is of no use.</summary>
    /// <param name="directive">That named it.</param>
    /// <param name="path">A PEM bundle; null: none was named.</param>
    /// <param name="errors">Takes what is wrong.</param>
    public static TrustedAuthorities? Load(string directive, string? path, List<PasswordFileError> errors)
    {
        if (path is null) return OfSystem;
        try
        {
            X509Certificate2Collection authorities = [];
            authorities.ImportFromPem(File.ReadAllText(path));
            if (authorities.Count > 0)
            {
                byte[] all = [.. authorities.SelectMany(static one => one.RawData)];
                return new TrustedAuthorities(authorities, Convert.ToHexString(SHA256.HashData(all)));
            }
            errors.Add(new PasswordFileError(path, 1, $"There is no PEM certificate in it, and {directive} needs one."));
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            errors.Add(new PasswordFileError(path, 0, FileTrouble.Describe(directive, path, trouble)));
        }
        catch (CryptographicException trouble)
        {
            errors.Add(new PasswordFileError(path, 1, $"It holds a certificate that cannot be read: {trouble.Message}"));
        }
        return null;
    }
}
