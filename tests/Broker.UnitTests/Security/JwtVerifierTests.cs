using System.Buffers.Text;
using System.Text;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Security;
using Broker.Security.Jwt;
using Broker.TestKit;
using Broker.TestKit.Processes;
using Microsoft.Extensions.Time.Testing;

namespace Broker.UnitTests.Security;

/// <summary>What is asked of a token, and every known way to get round it.</summary>
public sealed class JwtVerifierTests : IDisposable
{
    private const string LongSecret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(Now);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("RS256")]
    [InlineData("RS384")]
    [InlineData("RS512")]
    [InlineData("PS256")]
    [InlineData("PS512")]
    [InlineData("ES256")]
    [InlineData("ES384")]
    [InlineData("ES512")]
    public async Task A_token_is_taken_with_the_public_key_as_PEM_and_as_JWK(string algorithm)
    {
        using TokenSigner signer = algorithm[0] == 'E' ? TokenSigner.Ec(algorithm) : TokenSigner.Rsa(algorithm);
        string token = signer.For("ann", Now);

        foreach (string keys in (string[])[signer.PublicPem, signer.Jwk, TokenSigner.SetOf(signer)])
        {
            VerifiedIdentity identity = await Taken(With(keys), token);
            Assert.Equal("ann", identity.UserName);
        }
    }

    [Theory]
    [InlineData("HS256")]
    [InlineData("HS384")]
    [InlineData("HS512")]
    [Directive("jwt_secret_file")]
    public async Task A_token_is_taken_with_the_secret_whose_file_ends_in_a_line_end(string algorithm)
    {
        using TokenSigner signer = TokenSigner.Secret(LongSecret, algorithm);

        await Taken(WithSecret(LongSecret + "\r\n"), signer.For("ann", Now));
    }

    [Fact]
    public async Task Without_a_signature_a_token_is_refused()
    {
        using TokenSigner signer = TokenSigner.Rsa();
        string claims = signer.For("ann", Now).Split('.')[1];

        foreach (string algorithm in (string[])["none", "None", "NONE", "nOnE", ""])
        {
            string header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{{\"alg\":\"{algorithm}\"}}"));
            await Refused(With(signer.PublicPem), $"{header}.{claims}.");
            await Refused(With(signer.PublicPem), $"{header}.{claims}.AAAA");
        }
        string whole = signer.For("ann", Now);
        await Refused(With(signer.PublicPem), whole[..(whole.LastIndexOf('.') + 1)]);
    }

    [Fact]
    public async Task A_public_key_is_no_secret()
    {
        using TokenSigner owner = TokenSigner.Rsa();
        // What the attacker has: the public key, in every form in which a broker might take it for a secret.
        foreach (string known in (string[])[owner.PublicPem, owner.PublicPem + "\n", owner.Jwk])
        {
            using TokenSigner forger = TokenSigner.Secret(known);
            await Refused(With(owner.PublicPem), forger.For("ann", Now));
            await Refused(With(owner.Jwk), forger.For("ann", Now));
        }
        Assert.Null(JwtKeyReader.LoadSecret(_folder.Write("pem", owner.PublicPem), out PasswordFileError? error));
        Assert.Contains("is for jwt_key_file", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_and_a_public_key_beside_each_other_stay_apart()
    {
        using TokenSigner owner = TokenSigner.Rsa();
        JwtOptions both = With(owner.PublicPem) with { SecretFile = _folder.Write("secret", LongSecret) };
        using TokenSigner secret = TokenSigner.Secret(LongSecret);
        using TokenSigner forger = TokenSigner.Secret(owner.PublicPem);

        await Taken(both, owner.For("ann", Now));
        await Taken(both, secret.For("ann", Now));
        await Refused(both, forger.For("ann", Now));
    }

    [Fact]
    [Directive("jwt_algorithms")]
    public async Task An_algorithm_that_is_not_wanted_is_refused_though_the_key_does_it()
    {
        using TokenSigner signer = TokenSigner.Rsa("RS512");

        string why = await Refused(With(signer.PublicPem) with { Algorithms = JwtAlgorithms.RS256 }, signer.For("ann", Now));

        Assert.Contains("'RS512' is not taken", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_says_what_it_is_for_is_for_nothing_else()
    {
        using TokenSigner signer = TokenSigner.Rsa("RS512");
        string bound = signer.Jwk.Replace("\"kty\"", "\"alg\":\"RS256\",\"kty\"", StringComparison.Ordinal);

        await Refused(With(bound), signer.For("ann", Now));
    }

    [Fact]
    public async Task A_changed_token_is_refused_wherever_it_is_changed()
    {
        using TokenSigner signer = TokenSigner.Ec();
        string token = signer.For("ann", Now);
        string[] parts = token.Split('.');
        string other = signer.For("bob", Now).Split('.')[1];

        await Refused(With(signer.PublicPem), $"{parts[0]}.{other}.{parts[2]}");
        await Refused(With(signer.PublicPem), $"{parts[0]}.{parts[1]}.{parts[2][..^4]}AAAA");
        await Refused(With(signer.PublicPem), $"{parts[0]}.{parts[1]}.{parts[2]}AAAA");
        await Refused(With(signer.PublicPem), $"{parts[0]}.{parts[1]}x.{parts[2]}");
    }

    [Fact]
    public async Task A_key_that_the_token_brings_along_counts_for_nothing()
    {
        using TokenSigner owner = TokenSigner.Rsa();
        using TokenSigner forger = TokenSigner.Rsa();
        const string Url = "http://127.0.0.1:1/";
        string header = $"{{\"alg\":\"RS256\",\"jwk\":{forger.Jwk},\"jku\":\"{Url}\",\"x5u\":\"{Url}\"}}";

        await Refused(With(owner.PublicPem), forger.Sign($"{{\"sub\":\"ann\",\"exp\":{Now.ToUnixTimeSeconds() + 60}}}", header));
    }

    // RFC 7515 section 4.1.11: what is critical and not understood makes the token one that must be refused.
    [Fact]
    public async Task A_token_with_what_is_critical_and_not_known_here_is_refused()
    {
        using TokenSigner signer = TokenSigner.Secret(LongSecret);
        string claims = $"{{\"sub\":\"ann\",\"exp\":{Now.ToUnixTimeSeconds() + 60}}}";
        foreach (string critical in (string[])["[\"x\"]", "[\"b64\"],\"b64\":true", "[]", "null"])
            await Refused(WithSecret(LongSecret), signer.Sign(claims, $"{{\"alg\":\"HS256\",\"crit\":{critical}}}"));
    }

    [Fact]
    public async Task The_key_that_the_token_names_is_the_one_that_counts()
    {
        using TokenSigner one = TokenSigner.Rsa(keyId: "one");
        using TokenSigner two = TokenSigner.Rsa(keyId: "two");
        JwtOptions both = With(TokenSigner.SetOf(one, two));
        string claims = $"{{\"sub\":\"ann\",\"exp\":{Now.ToUnixTimeSeconds() + 60}}}";

        await Taken(both, two.Sign(claims));
        await Taken(both, two.Sign(claims, "{\"alg\":\"RS256\"}"));
        await Refused(both, two.Sign(claims, "{\"alg\":\"RS256\",\"kid\":\"one\"}"));
        string why = await Refused(both, two.Sign(claims, "{\"alg\":\"RS256\",\"kid\":\"three\\u001b[31m\"}"));
        Assert.Contains("it names 'three[31m'", why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"exp\":{0}", -10, false)]
    [InlineData("\"exp\":{0}", -9, true)]
    [InlineData("\"exp\":{0},\"nbf\":{0}", 11, false)]
    [InlineData("\"exp\":1900000000,\"nbf\":{0}", 10, true)]
    [InlineData("\"exp\":1900000000,\"nbf\":{0}", 3600, false)]
    [InlineData("\"iat\":{0}", 0, false)]
    [InlineData("\"exp\":\"{0}\"", -10, false)]
    [InlineData("\"exp\":\"soon\"", 0, false)]
    [InlineData("\"exp\":9999999999999999999999", 0, false)]
    public async Task A_token_holds_for_its_time_give_or_take_the_leeway(string claims, int seconds, bool isTaken)
    {
        using TokenSigner signer = TokenSigner.Secret(LongSecret);
        string at = $"{Now.ToUnixTimeSeconds() + seconds}";
        string token = signer.Sign($"{{\"sub\":\"ann\",{claims.Replace("{0}", at, StringComparison.Ordinal)}}}");

        Verdict verdict = await Judge(WithSecret(LongSecret), token);

        Assert.Equal(isTaken, verdict.Outcome == AuthenticationOutcome.Allowed);
    }

    [Fact]
    [Directive("jwt_require_exp")]
    public async Task A_token_without_an_end_is_taken_where_that_is_said()
    {
        using TokenSigner signer = TokenSigner.Secret(LongSecret);
        JwtOptions options = WithSecret(LongSecret) with { RequiresExpiry = false };

        VerifiedIdentity identity = await Taken(options, signer.Sign("{\"sub\":\"ann\"}"));

        Assert.Equal(VerifiedIdentity.NeverExpires, identity.ExpiresAt);
    }

    [Theory]
    [InlineData("\"iss\":\"us\",\"aud\":\"mqtt\"", true)]
    [InlineData("\"iss\":\"us\",\"aud\":[\"web\",\"mqtt\"]", true)]
    [InlineData("\"iss\":\"us\",\"aud\":\"mqtt/\"", false)]
    [InlineData("\"iss\":\"us\",\"aud\":\"web\"", false)]
    [InlineData("\"iss\":\"us\",\"aud\":[]", false)]
    [InlineData("\"iss\":\"us\"", false)]
    [InlineData("\"iss\":\"them\",\"aud\":\"mqtt\"", false)]
    [InlineData("\"iss\":\"US\",\"aud\":\"mqtt\"", false)]
    [InlineData("\"aud\":\"mqtt\"", false)]
    [Directive("jwt_audience")]
    public async Task Issuer_and_audience_are_compared_when_they_are_given(string claims, bool isTaken)
    {
        using TokenSigner signer = TokenSigner.Secret(LongSecret);
        JwtOptions options = WithSecret(LongSecret) with { Issuer = "us", Audience = "mqtt" };

        Verdict verdict = await Judge(options, signer.For("ann", Now, "," + claims));

        Assert.Equal(isTaken, verdict.Outcome == AuthenticationOutcome.Allowed);
    }

    [Theory]
    [InlineData("{\"exp\":1900000000}")]
    [InlineData("{\"exp\":1900000000,\"sub\":\"\"}")]
    [InlineData("{\"exp\":1900000000,\"sub\":7}")]
    [InlineData("{\"exp\":1900000000,\"sub\":[\"ann\"]}")]
    [InlineData("{\"exp\":1900000000,\"sub\":\"a\\u0000b\"}")]
    [InlineData("{\"exp\":1900000000,\"sub\":\"a\\ud800b\"}")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{\"exp\":1900000000,\"sub\":\"ann\",\"\\ud800\":1}")]
    [InlineData("{\"exp\":1900000000,\"sub\":\"ann\"")]
    public async Task Without_a_name_that_can_be_used_nobody_is_let_in(string claims)
    {
        using TokenSigner signer = TokenSigner.Secret(LongSecret);

        await Refused(WithSecret(LongSecret), signer.Sign(claims));
    }

    [Fact]
    [Directive("jwt_check_username"), Directive("jwt_username_claim")]
    public async Task The_name_can_be_in_another_claim_and_be_compared_with_that_of_CONNECT()
    {
        using TokenSigner signer = TokenSigner.Secret(LongSecret);
        JwtOptions options = WithSecret(LongSecret) with { UserNameClaim = "user", ChecksUserName = true, ClientIdClaim = "cid" };
        string token = signer.For("x", Now, ",\"user\":\"ann\",\"cid\":\"sensor-1\"");

        VerifiedIdentity identity = await Taken(options, token, "ann");
        Assert.Equal(("ann", "sensor-1"), (identity.UserName, identity.ClientId));
        await Refused(options, token, "bob");
        await Refused(options, token, null);
        await Refused(options, signer.For("x", Now, ",\"user\":\"ann\""), "ann");
    }

    [Theory]
    [InlineData("""{"pub":["a/%c"],"sub":["b/#"],"deny":["b/no"]}""")]
    [InlineData("""["write a/${clientid}","read b/#","deny b/no"]""")]
    [InlineData("""
        [{"permission":"allow","action":"publish","topic":"a/${clientid}"},
         {"permission":"allow","action":"subscribe","topic":"b/#"},
         {"permission":"deny","action":"all","topic":"b/no"}]
        """)]
    public async Task Rules_come_in_three_forms(string acl)
    {
        using TokenSigner signer = TokenSigner.Secret(LongSecret);
        JwtOptions options = WithSecret(LongSecret) with { AclClaim = "acl" };

        VerifiedIdentity identity = await Taken(options, signer.For("ann", Now, $",\"acl\":{acl}"));

        ClientAccess access = AccessControl.Open.For(new ListenerOptions(), "ann", "c1", identity.Grant)!;
        Assert.True(access.MayWrite("a/c1"));
        Assert.False(access.MayWrite("a/c2"));
        Assert.False(access.MayRead("a/c1"));
        Assert.True(access.MayRead("b/yes/no"));
        Assert.False(access.MayRead("b/no"));
        Assert.False(access.MayWrite("b/yes"));
    }

    [Theory]
    [InlineData("7")]
    [InlineData("\"read #\"")]
    [InlineData("null")]
    [InlineData("""["#"]""")]
    [InlineData("""["read"]""")]
    [InlineData("""["read a/#/b"]""")]
    [InlineData("""[7]""")]
    [InlineData("""{"pub":"a"}""")]
    [InlineData("""{"put":["a"]}""")]
    [InlineData("""{"deny":[7]}""")]
    [InlineData("""[{"permission":"deny","action":"publish","topic":"a"}]""")]
    [InlineData("""[{"permission":"allow","action":"all","topic":"eq a/#"}]""")]
    [InlineData("""[{"permission":"allow","action":"all","topic":"a","qos":[1]}]""")]
    [InlineData("""[{"permission":"allow","topic":"a"}]""")]
    public async Task Rules_that_are_not_understood_refuse_the_token(string acl)
    {
        using TokenSigner signer = TokenSigner.Secret(LongSecret);

        await Refused(WithSecret(LongSecret) with { AclClaim = "acl" }, signer.For("ann", Now, $",\"acl\":{acl}"));
    }

    [Fact]
    public async Task A_token_without_rules_gives_none_where_they_are_asked_for()
    {
        using TokenSigner signer = TokenSigner.Secret(LongSecret);

        VerifiedIdentity identity = await Taken(WithSecret(LongSecret) with { AclClaim = "acl" }, signer.For("ann", Now));

        Assert.False(AccessControl.Open.For(new ListenerOptions(), "ann", "c", identity.Grant)!.MayRead("a"));
    }

    [Fact]
    public async Task What_is_too_long_is_not_looked_at()
    {
        using TokenSigner signer = TokenSigner.Secret(LongSecret);
        string token = signer.For("ann", Now, $",\"x\":\"{new string('x', JwtVerifier.TokenBytesMax)}\"");

        Assert.Contains("longer than", await Refused(WithSecret(LongSecret), token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ey.ey.ey")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.e30.")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9..")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.-.-")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJhbGciOiJIUzI1NiJ9.x")]
    [InlineData("eyJhbGciOjd9.e30.AAAA")]
    public async Task What_only_looks_like_a_token_is_refused_in_words(string token) =>
        await Refused(WithSecret(LongSecret), token);

    [Fact]
    public async Task Random_bytes_in_a_token_are_refused_and_nothing_is_thrown()
    {
        using TokenSigner signer = TokenSigner.Secret(LongSecret);
        string token = signer.For("ann", Now);
        const int Seed = 20_300_101;
        Random random = new(Seed);
        for (int i = 0; i < 500; i++)
        {
            char[] changed = token.ToCharArray();
            int at = random.Next(changed.Length);
            changed[at] = changed[at] == 'A' ? 'B' : 'A';
            changed[random.Next(changed.Length)] = "eyA_-zZ9"[random.Next(8)];
            string text = new(changed);
            Verdict verdict = await Judge(WithSecret(LongSecret), text);
            // The last letter of a signature has bits that mean nothing.
            bool isSame = text[..^1] == token[..^1];
            Assert.True(isSame || verdict.Outcome != AuthenticationOutcome.Allowed, $"seed {Seed}, step {i}: {text}");
        }
    }

    [Fact]
    public void Names_in_rules_do_not_reach_into_the_topics_of_others()
    {
        GrantedRules rules = GrantedRules.Read(
            System.Text.Json.JsonDocument.Parse("""{"all":["own/%c","%u/x"]}""").RootElement, "claim", out _)!;

        Assert.False(Of("u", "+").MayRead("own/a"));
        Assert.False(Of("u", "#").MayWrite("own/a"));
        Assert.False(Of("u", "a/b").MayWrite("own/a/b"));
        Assert.False(Of("$SYS", "c").MayRead("$SYS/x"));
        Assert.True(Of("u", "c").MayWrite("own/c"));
        Assert.True(Of("u", "c").MayRead("u/x"));

        ClientAccess Of(string user, string client) =>
            AccessControl.Open.For(new ListenerOptions(), user, client, new ClientGrant(rules))!;
    }

    private JwtOptions With(string keys) => new() { KeyFile = _folder.Write($"keys-{Guid.NewGuid()}", keys) };

    private JwtOptions WithSecret(string secret) => new() { SecretFile = _folder.Write($"secret-{Guid.NewGuid()}", secret) };

    private async Task<Verdict> Judge(JwtOptions options, string token, string? userName = "any")
    {
        List<PasswordFileError> errors = [];
        JwtKeys keys = JwtVerifiers.LoadFiles(options, errors);
        Assert.Empty(errors);
        return await new JwtVerifier(options, keys, null, _time).VerifyAsync(Encoding.UTF8.GetBytes(token), userName);
    }

    private async Task<VerifiedIdentity> Taken(JwtOptions options, string token, string? userName = "any")
    {
        Verdict verdict = await Judge(options, token, userName);
        Assert.True(verdict.Outcome == AuthenticationOutcome.Allowed, verdict.Detail);
        Assert.Equal(AuthenticationMethod.Token, verdict.Method);
        return verdict.Identity!;
    }

    private async Task<string> Refused(JwtOptions options, string token, string? userName = "any")
    {
        Verdict verdict = await Judge(options, token, userName);
        Assert.Equal(AuthenticationOutcome.BadUserNameOrPassword, verdict.Outcome);
        Assert.Null(verdict.Identity);
        return verdict.Detail!;
    }
}
