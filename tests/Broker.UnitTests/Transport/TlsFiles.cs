using System.Security.Cryptography.X509Certificates;
using Broker.Configuration;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.UnitTests.Transport;

/// <summary>The PEM files of one test, and options that name them.</summary>
internal sealed class TlsFiles : IDisposable
{
    public TemporaryFolder Folder { get; } = new();

    public Certificates Authority { get; } = Certificates.NewAuthority();

    /// <summary>Options with a certificate of the authority and its key.</summary>
    public TlsOptions Options(X509Certificate2? certificate = null, string? keyPem = null)
    {
        using X509Certificate2 own = certificate ?? Authority.Server();
        TlsPair pair = Write("server", own, keyPem);
        return new TlsOptions
        {
            CertFile = pair.CertFile,
            KeyFile = pair.KeyFile,
            CaFile = Folder.Write("ca.crt", Authority.AuthorityPem),
        };
    }

    /// <summary>Writes a certificate and its key, which is for the owner alone.</summary>
    public TlsPair Write(string name, X509Certificate2 certificate, string? keyPem = null)
    {
        TlsPair pair = new(
            Folder.Write($"{name}.crt", certificate.ExportCertificatePem()),
            Folder.Write($"{name}.key", keyPem ?? Certificates.KeyPem(certificate)));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(pair.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return pair;
    }

    /// <summary>A server with these options, and clients that trust the authority alone.</summary>
    public Task<TlsServer> StartAsync(TlsOptions options) => TlsServer.StartAsync(options, Authority.AuthorityPem);

    public void Dispose()
    {
        Authority.Dispose();
        Folder.Dispose();
    }
}
