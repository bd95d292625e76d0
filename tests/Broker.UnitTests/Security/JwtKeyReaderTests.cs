using System.Security.Cryptography;
using Broker.Configuration;
using Broker.Security;
using Broker.Security.Jwt;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.UnitTests.Security;

public sealed class JwtKeyReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_PEM_file_may_have_several_keys_and_certificates()
    {
        using TokenSigner rsa = TokenSigner.Rsa();
        using TokenSigner ec = TokenSigner.Ec();
        using RSA old = RSA.Create(2048);
        using Certificates authority = Certificates.NewAuthority();

        string text = $"{rsa.PublicPem}\n# text\n{ec.PublicPem}\n{old.ExportRSAPublicKeyPem()}\n{authority.AuthorityPem}\n";
        JwtKeys keys = JwtKeyReader.LoadKeys(_folder.Write("keys", text), out PasswordFileError? error)!;

        Assert.Null(error);
        Assert.Equal(
            [JwtAlgorithms.Rsa, JwtAlgorithms.ES256, JwtAlgorithms.Rsa, JwtAlgorithms.ES256],
            keys.All.Select(key => key.Algorithms));
    }

    [Theory]
    [InlineData("""{"kty":"RSA","n":"AQAB","e":""}""")]
    [InlineData("""{"kty":"RSA","n":"","e":"AQAB"}""")]
    [InlineData("""{"kty":"RSA","n":"AQAB","e":"="}""")]
    public void A_key_without_its_numbers_is_none(string key)
    {
        Assert.Null(JwtKeyReader.ReadSet(key, acceptsSecrets: false, out string? error));
        Assert.NotNull(error);
    }

    [Fact]
    public void Keys_of_a_set_that_are_not_for_signatures_are_passed_over()
    {
        using TokenSigner good = TokenSigner.Rsa(keyId: "good");
        string encrypts = good.Jwk.Replace("\"sig\"", "\"enc\"", StringComparison.Ordinal);
        string set = $$"""{"keys":[{{encrypts}},{"kty":"OKP","crv":"Ed25519","x":"AA"},{{good.Jwk}},{"kty":"oct","k":"AAAA"}]}""";

        JwtKeys keys = JwtKeyReader.ReadSet(set, acceptsSecrets: false, out string? _)!;

        Assert.Equal("good", Assert.Single(keys.All).Id);
    }

    [Theory]
    [InlineData("""{"kty":"RSA","use":"sig","kid":"bad"}""")]
    [InlineData("""{"kty":"RSA","n":"!","e":"AQAB"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256"}""")]
    [InlineData("""{"kty":"oct"}""")]
    [InlineData("""{"kid":"bad"}""")]
    public void A_key_that_cannot_be_read_does_not_take_those_beside_it_away(string bad)
    {
        using TokenSigner good = TokenSigner.Ec(keyId: "good");

        foreach (string set in (string[])[$$"""{"keys":[{{bad}},{{good.Jwk}}]}""", $$"""{"keys":[{{good.Jwk}},{{bad}}]}"""])
        {
            JwtKeys? keys = JwtKeyReader.ReadSet(set, acceptsSecrets: true, out string? error);
            Assert.True(keys is not null, error);
            Assert.Equal("good", Assert.Single(keys.All).Id);
        }
    }

    [Fact]
    public void A_secret_in_a_set_is_taken_from_a_file_only()
    {
        const string Set = """{"keys":[{"kty":"oct","k":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"}]}""";

        Assert.Single(JwtKeyReader.ReadSet(Set, acceptsSecrets: true, out string? _)!.All);
        Assert.Null(JwtKeyReader.ReadSet(Set, acceptsSecrets: false, out string? error));
        Assert.Equal("a secret that everybody can fetch is none", error);
    }

    [Theory]
    [InlineData("", "there is neither a PEM public key nor a JWK in it")]
    [InlineData("no key\n", "there is neither a PEM public key nor a JWK in it")]
    [InlineData("{", "it is neither PEM nor a JWK or JWK set that can be read")]
    [InlineData("{\"keys\":[]}", "there is no key for signatures in it")]
    [InlineData("{\"keys\":[{\"kty\":\"RSA\",\"n\":\"!\",\"e\":\"AQAB\"}]}", "it is neither PEM nor")]
    [InlineData("{\"kty\":\"RSA\"}", "it is neither PEM nor")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "a key in it cannot be read as RSA or EC")]
    [InlineData("-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----\n", "'DH PARAMETERS' is not")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "it holds a private key")]
    public void What_is_wrong_with_a_file_is_said(string text, string error)
    {
        string path = _folder.Write("keys", text);

        Assert.Null(JwtKeyReader.LoadKeys(path, out PasswordFileError? wrong));

        Assert.StartsWith($"{path}:1: This jwt_key_file is of no use: {error}", wrong.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_too_short_is_refused()
    {
        using TokenSigner weak = TokenSigner.Rsa(bits: 1024);

        Assert.Null(JwtKeyReader.LoadKeys(_folder.Write("keys", weak.PublicPem), out PasswordFileError? error));
        Assert.Contains("the RSA key has 1024 bits", error.ToString(), StringComparison.Ordinal);
        Assert.Null(JwtKeyReader.LoadSecret(_folder.Write("secret", "short\n"), out error));
        Assert.Contains("the secret has 5 bytes, and fewer than 32", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        Assert.Null(JwtKeyReader.LoadKeys(_folder.File("none"), out PasswordFileError? error));
        Assert.True(error!.Value.IsUnreadable);
        Assert.Equal($"Unable to open jwt_key_file {_folder.File("none")}: it does not exist.", error.ToString());
    }

    [Theory]
    [InlineData("eyJhbGciOiJub25lIn0.e30.", true)]
    [InlineData("eyJhbGciOiJub25lIn0.e30.AA-_", true)]
    [InlineData("ewogImFsZyI6.e30.AA", true)]
    [InlineData("secret", false)]
    [InlineData("ey", false)]
    [InlineData("eye.of.the.tiger", false)]
    [InlineData("eyes on.me.now", false)]
    [InlineData("my.pass.word", false)]
    [InlineData("", false)]
    public void A_token_is_told_from_a_password(string password, bool isToken) =>
        Assert.Equal(isToken, JwtShape.IsToken(System.Text.Encoding.UTF8.GetBytes(password)));
}
