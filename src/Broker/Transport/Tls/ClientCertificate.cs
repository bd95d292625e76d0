using System.Security.Cryptography.X509Certificates;
using Broker.Configuration;

namespace Broker.Transport.Tls;

/// <summary>The user name that a client certificate gives.</summary>
internal static class ClientCertificate
{
    /// <summary>
    /// The common name under <c>use_identity_as_username</c>, the whole subject under <c>use_subject_as_username</c>; null when
    /// neither is set or the certificate has no such name, which then means a refusal.
    /// </summary>
    public static string? UserName(X509Certificate2 certificate, TlsOptions options)
    {
        if (options.UseIdentityAsUsername) return TlsSubjectName.CommonName(certificate.SubjectName);
        return options.UseSubjectAsUsername ? TlsSubjectName.Format(certificate.SubjectName) : null;
    }
}
