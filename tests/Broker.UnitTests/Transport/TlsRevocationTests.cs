using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Broker.Configuration;
using Broker.TestKit;
using Broker.TestKit.Processes;
using Broker.Transport.Tls;

namespace Broker.UnitTests.Transport;

/// <summary><c>crlfile</c>, from a client's side.</summary>
public sealed class TlsRevocationTests : IDisposable
{
    private readonly TlsFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Who_is_on_the_list_is_refused_and_others_are_not()
    {
        using X509Certificate2 joe = _files.Authority.Client("CN=joe");
        using X509Certificate2 ann = _files.Authority.Client("CN=ann");
        await using TlsServer server = await _files.StartAsync(Options(_files.Authority.RevocationListPem(null, joe)));

        Assert.Equal("hello", (await server.AskAsync(ann)).Text);
        await RefusedAsync(server, joe, "the client's certificate 'CN=joe' is not accepted: it is revoked");
    }

    [Fact]
    public async Task A_list_that_is_overdue_lets_nobody_in_unless_dates_are_not_looked_at()
    {
        using X509Certificate2 ann = _files.Authority.Client("CN=ann");
        TlsOptions options = Options(_files.Authority.RevocationListPem(TimeProvider.System.GetUtcNow().AddDays(-1)));
        await using TlsServer strict = await _files.StartAsync(options);
        await using TlsServer lax = await _files.StartAsync(options with { DisableClientCertDateChecks = true });

        await RefusedAsync(strict, ann, "the revocation list of its issuer has expired");
        Assert.Equal("hello", (await lax.AskAsync(ann)).Text);
    }

    [Fact]
    public async Task Without_a_list_of_the_issuer_nobody_is_let_in()
    {
        using Certificates other = Certificates.NewAuthority(); // The same name, another key.
        using X509Certificate2 ann = _files.Authority.Client("CN=ann");
        await using TlsServer server = await _files.StartAsync(Options(other.RevocationListPem()));

        await RefusedAsync(server, ann, "crlfile has no revocation list of its issuer 'CN=Test CA'");
    }

    [Fact]
    public async Task The_list_of_an_intermediate_authority_is_found_among_several()
    {
        using Certificates intermediate = _files.Authority.NewIntermediate();
        using X509Certificate2 joe = intermediate.Client("CN=joe");
        using X509Certificate2 ann = intermediate.Client("CN=ann");
        TlsOptions options = Options(_files.Authority.RevocationListPem() + "\n" + intermediate.RevocationListPem(null, joe));
        options = options with
        {
            CaFile = _files.Folder.Write("all.crt", _files.Authority.AuthorityPem + "\n" + intermediate.AuthorityPem),
        };
        await using TlsServer server = await _files.StartAsync(options);

        Assert.Equal("hello", (await server.AskAsync(ann)).Text);
        await RefusedAsync(server, joe, "it is revoked");
    }

    [Theory]
    [InlineData("ec -pkeyopt ec_paramgen_curve:P-384", "sha384", "")]
    [InlineData("rsa", "sha512", "")]
    [InlineData("rsa", "sha256", "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest")]
    public async Task Lists_that_openssl_made_are_read(string key, string digest, string more)
    {
        // "openssl ca" keeps its books in a folder: one certificate of a test's own is revoked there.
        _files.Folder.Write("ca.cnf", $"""
            [ca]
            default_ca = own
            [own]
            dir = {_files.Folder.Path}
            database = $dir/index.txt
            serial = $dir/serial
            new_certs_dir = $dir
            certificate = $dir/root.crt
            private_key = $dir/root.key
            default_days = 2
            default_crl_days = 2
            default_md = {digest}
            policy = any
            [any]
            commonName = supplied
            [req]
            distinguished_name = name
            [name]
            [root]
            basicConstraints = critical,CA:TRUE
            """);
        _files.Folder.Write("index.txt", "");
        _files.Folder.Write("serial", "0A");
        await RunAsync($"""
            openssl req -config ca.cnf -extensions root -x509 -newkey {key} -nodes -keyout root.key -out root.crt -subj /CN=Root
            for name in joe ann; do
              openssl req -config ca.cnf -newkey rsa:2048 -nodes -keyout $name.key -out $name.csr -subj /CN=$name
              openssl ca -config ca.cnf -batch -notext -in $name.csr -out $name.crt {more}
            done
            openssl ca -config ca.cnf -revoke joe.crt
            openssl ca -config ca.cnf -gencrl -out crl.pem {more}
            """);
        TlsOptions options = Options(null) with
        {
            CrlFile = _files.Folder.File("crl.pem"),
            CaFile = _files.Folder.File("root.crt"),
        };
        await using TlsServer server = await _files.StartAsync(options);

        using X509Certificate2 joe = FromFiles("joe");
        using X509Certificate2 ann = FromFiles("ann");
        Assert.Equal("hello", (await server.AskAsync(ann)).Text);
        await RefusedAsync(server, joe, "it is revoked");
    }

    [Theory]
    [InlineData("no list", "has no revocation list in PEM form")]
    [InlineData("-----BEGIN X509 CRL-----\nMAAA\n-----END X509 CRL-----\n", "has a revocation list that is damaged")]
    public void A_file_without_a_good_list_is_an_error(string text, string error)
    {
        TlsEndpointResult result = TlsEndpoint.Load(Options(text));

        Assert.Contains(error, Assert.Single(result.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_with_a_changed_byte_is_of_nobody()
    {
        byte[] der = ListOf(_files.Authority.RevocationListPem());
        using X509Certificate2 authority = X509Certificate2.CreateFromPem(_files.Authority.AuthorityPem);
        Assert.True(TlsRevocationList.Parse(der).List!.IsOf(authority));

        // The last byte of the signature.
        der[^1] ^= 1;

        Assert.False(TlsRevocationList.Parse(der).List!.IsOf(authority));
    }

    private static byte[] ListOf(string pem)
    {
        System.Security.Cryptography.PemFields fields = System.Security.Cryptography.PemEncoding.Find(pem);
        return Convert.FromBase64String(pem[fields.Base64Data]);
    }

    private TlsOptions Options(string? list) => _files.Options() with
    {
        RequireCertificate = true,
        CrlFile = list is null ? null : _files.Folder.Write("crl.pem", list),
    };

    private X509Certificate2 FromFiles(string name) =>
        X509Certificate2.CreateFromPemFile(_files.Folder.File($"{name}.crt"), _files.Folder.File($"{name}.key"));

    private async Task RunAsync(string script)
    {
        ProcessRun run = await ProcessRun.OfAsync("sh", ["-ec", $"cd {_files.Folder.Path}\n{script}"]);
        Assert.True(run.ExitCode == 0, run.ToString());
    }

    private static async Task RefusedAsync(TlsServer server, X509Certificate2 certificate, string reason)
    {
        Exception refusal = await Assert.ThrowsAnyAsync<Exception>(() => server.AskAsync(certificate));
        Assert.True(refusal is IOException or AuthenticationException, refusal.ToString());
        await server.Log.WaitForAsync(reason);
    }
}
