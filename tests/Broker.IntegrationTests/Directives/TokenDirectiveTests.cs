using Broker.IntegrationTests.Fixtures;
using Broker.IntegrationTests.Reload;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Directives;

/// <summary>What is asked of the token that a client shows: the same token at a listener with a directive, and without.</summary>
public sealed class TokenDirectiveTests : IDisposable
{
    private const string Secret = "0123456789abcdef0123456789abcdef";

    private readonly TokenSigner _signer = TokenSigner.Rsa("RS512");

    // The listener without the directive.
    private readonly int _other = FreePorts.Take();

    private static long Soon => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 3600;

    public void Dispose() => _signer.Dispose();

    [Fact]
    [Directive("jwt_algorithms")]
    public async Task Only_an_algorithm_that_is_wanted_lets_in()
    {
        await using ConfiguredBroker broker = await StartAsync("jwt_algorithms RS256 RS384");
        string token = Token("ann");

        Assert.Equal(ReasonCode.NotAuthorized, await AskAsync(broker.Port, token));
        Assert.Equal(ReasonCode.Success, await AskAsync(_other, token));
    }

    [Fact]
    [Directive("jwt_audience")]
    public async Task Only_a_token_for_this_broker_lets_in()
    {
        await using ConfiguredBroker broker = await StartAsync("jwt_audience us");
        string theirs = Token("ann", ",\"aud\":\"them\"");

        Assert.Equal(ReasonCode.Success, await AskAsync(broker.Port, Token("ann", ",\"aud\":[\"them\",\"us\"]")));
        Assert.Equal(ReasonCode.NotAuthorized, await AskAsync(broker.Port, theirs));
        Assert.Equal(ReasonCode.NotAuthorized, await AskAsync(broker.Port, Token("ann")));
        Assert.Equal(ReasonCode.Success, await AskAsync(_other, theirs));
    }

    [Fact]
    [Directive("jwt_check_username")]
    public async Task A_token_of_somebody_else_does_not_let_in_where_names_are_compared()
    {
        await using ConfiguredBroker broker = await StartAsync("jwt_check_username true");
        string token = Token("ann");

        Assert.Equal(ReasonCode.Success, await AskAsync(broker.Port, token, "ann"));
        Assert.Equal(ReasonCode.NotAuthorized, await AskAsync(broker.Port, token, "bob"));
        Assert.Equal(ReasonCode.Success, await AskAsync(_other, token, "bob"));
    }

    [Fact]
    [Directive("jwt_require_exp")]
    public async Task A_token_that_never_ends_lets_in_only_where_that_is_said()
    {
        await using ConfiguredBroker broker = await StartAsync("jwt_require_exp false");
        string token = _signer.Sign("{\"sub\":\"ann\"}");

        Assert.Equal(ReasonCode.Success, await AskAsync(broker.Port, token));
        Assert.Equal(ReasonCode.NotAuthorized, await AskAsync(_other, token));
    }

    [Fact]
    [Directive("jwt_secret_file")]
    public async Task A_token_that_is_signed_with_the_secret_lets_in()
    {
        using TokenSigner owner = TokenSigner.Secret(Secret);
        using TokenSigner stranger = TokenSigner.Secret(Secret + "x");
        string claims = $"{{\"sub\":\"ann\",\"exp\":{Soon}}}";
        await using ConfiguredBroker broker = await StartAsync(folder =>
            $"jwt_secret_file {folder.Write("secret", Secret + "\n")}");

        Assert.Equal(ReasonCode.Success, await AskAsync(broker.Port, owner.Sign(claims)));
        Assert.Equal(ReasonCode.NotAuthorized, await AskAsync(broker.Port, stranger.Sign(claims)));
        Assert.Equal(ReasonCode.NotAuthorized, await AskAsync(_other, owner.Sign(claims)));
    }

    [Fact]
    [Directive("jwt_username_claim")]
    public async Task The_claim_that_is_the_name_says_whose_rules_hold()
    {
        await using ConfiguredBroker broker = await StartAsync(
            _ => "jwt_username_claim nick",
            folder => $"acl_file {folder.Write("acl", "user bob\ntopic write bobs\nuser ann\ntopic write anns\n")}\n");
        string token = Token("ann", ",\"nick\":\"bob\"");

        Assert.Equal("bobs", await WritableAsync(broker.Port, token, "anns", "bobs"));
        Assert.Equal("anns", await WritableAsync(_other, token, "anns", "bobs"));
    }

    [Fact]
    [Directive("jwt_jwks_refresh")]
    public async Task Keys_that_their_server_has_no_more_let_nobody_in_when_they_are_old()
    {
        using TokenSigner next = TokenSigner.Ec();
        TaskCompletionSource isAskedAgain = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestWebServer server = await TestWebServer.StartAsync(TestWebServer.Text(TokenSigner.SetOf(_signer)));
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync((port, _) => $"""
            per_listener_settings true
            listener {port} 127.0.0.1
            jwt_jwks_url {server.Url}old
            jwt_jwks_refresh 10
            listener {_other} 127.0.0.1
            jwt_jwks_url {server.Url}young

            """);
        Assert.Equal(ReasonCode.Success, await AskAsync(broker.Port, Token("ann")));
        Assert.Equal(ReasonCode.Success, await AskAsync(_other, Token("ann")));
        server.Answer = async context =>
        {
            await TestWebServer.Text(TokenSigner.SetOf(next))(context);
            if (context.Request.Path == "/old") isAskedAgain.TrySetResult();
        };

        await isAskedAgain.Task.WaitAsync(TestTime.ProcessPatience);
        await broker.Process.Log.WaitForAsync(
            2, line => line.Contains($"keys for tokens came from {server.Url}old", StringComparison.Ordinal), "other keys");

        Assert.Equal(ReasonCode.NotAuthorized, await AskAsync(broker.Port, Token("ann")));
        Assert.Equal(ReasonCode.Success, await AskAsync(_other, Token("ann")));
    }

    private string Token(string subject, string more = "") => _signer.For(subject, TimeProvider.System.GetUtcNow(), more);

    private Task<ConfiguredBroker> StartAsync(string line) => StartAsync(_ => line);

    private Task<ConfiguredBroker> StartAsync(
        Func<TemporaryFolder, string> line, Func<TemporaryFolder, string>? both = null) =>
        ConfiguredBroker.StartAsync((port, folder) =>
        {
            string shared = $"jwt_key_file {folder.Write("keys.pem", _signer.PublicPem)}\n{both?.Invoke(folder)}";
            return $"per_listener_settings true\nlistener {port} 127.0.0.1\n{shared}{line(folder)}\n"
                + $"listener {_other} 127.0.0.1\n{shared}";
        });

    private static async Task<ReasonCode> AskAsync(int port, string token, string user = "any")
    {
        await using TestClient client = await TestClient.OverTcpAsync(port, ProtocolVersion.Mqtt50);
        return (await client.TryConnectAsync("c", Showing(token, user))).ReasonCode;
    }

    /// <summary>Those topics that a client may publish to.</summary>
    private static async Task<string> WritableAsync(int port, string token, params string[] topics)
    {
        await using TestClient client = await TestClient.OverTcpAsync(port, ProtocolVersion.Mqtt50);
        await client.ConnectAsync("c", Showing(token, "any"));
        List<string> allowed = [];
        foreach (string topic in topics)
        {
            await client.PublishAsync(new(topic, "x", QualityOfService.AtLeastOnce));
            if ((await client.ReadAsync<AckPacket>()).ReasonCode != ReasonCode.NotAuthorized) allowed.Add(topic);
        }
        return string.Join(' ', allowed);
    }

    private static Func<ConnectPacket, ConnectPacket> Showing(string token, string user) =>
        packet => packet with { UserName = user, Password = ReloadedBroker.Bytes(token) };
}
