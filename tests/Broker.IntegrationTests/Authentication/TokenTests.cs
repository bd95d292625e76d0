using System.Security.Cryptography.X509Certificates;
using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Fixtures;
using Broker.IntegrationTests.Reload;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Authentication;

/// <summary>Tokens from other people's clients, and keys from a server over the network.</summary>
public sealed class TokenTests
{
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    [Directive("jwt_acl_claim"), Directive("jwt_issuer")]
    public async Task Mosquittos_tools_get_in_with_a_token_as_the_password_and_do_what_it_says()
    {
        using TokenSigner signer = TokenSigner.Rsa();
        await using ConfiguredBroker broker = await StartAsync(signer, "jwt_acl_claim acl\njwt_issuer us\n");
        Endpoint reader = Of(broker, signer.For("reader", Now, ",\"iss\":\"us\",\"acl\":{\"sub\":[\"room/#\"]}"));
        Endpoint writer = Of(broker, signer.For("writer", Now, ",\"iss\":\"us\",\"acl\":[\"write room/%u/+\"]"));
        Endpoint stranger = Of(broker, signer.For("writer", Now, ",\"iss\":\"them\",\"acl\":[\"write #\"]"));
        await using MosquittoSub sub = await MosquittoSub.StartAsync(reader, "%t %p", "-t", "#", "-C", "1", "-q", "1");

        await MosquittoPub.SendAsync(writer, "other/writer/x", "no", 1);
        await MosquittoPub.SendAsync(writer, "room/writer/x", "yes", 1);

        Assert.Equal(["room/writer/x yes"], await sub.AllAsync());
        Assert.NotEqual(0, (await MosquittoPub.RunAsync(stranger, "-t", "room/a", "-m", "x")).ExitCode);
        await broker.Process.Log.WaitForAsync("its 'iss' is not jwt_issuer.");
    }

    [Theory]
    [InlineData(ProtocolVersion.Mqtt311)]
    [InlineData(ProtocolVersion.Mqtt50)]
    [Directive("jwt_leeway")]
    public async Task A_connection_ends_with_its_token(ProtocolVersion version)
    {
        using TokenSigner signer = TokenSigner.Ec();
        await using ConfiguredBroker broker = await StartAsync(signer, "jwt_leeway 0\n");
        await using TestClient client = await TestClient.OverTcpAsync(broker.Port, version);
        string token = signer.Sign($"{{\"sub\":\"ann\",\"exp\":{Now.ToUnixTimeSeconds() + 3}}}");
        await client.ConnectAsync("c", packet => packet with { UserName = "x", Password = ReloadedBroker.Bytes(token) });

        await client.ExpectDisconnectAsync(ReasonCode.MaximumConnectTime);
        await broker.Process.Log.WaitForAsync("disconnected: what let it in has expired.");
    }

    [Fact]
    [Directive("jwt_jwks_url"), Directive("jwt_jwks_cafile")]
    public async Task Keys_that_change_on_their_server_are_taken_over_and_stay_when_it_is_gone()
    {
        using TokenSigner one = TokenSigner.Rsa(keyId: "one");
        using TokenSigner two = TokenSigner.Ec(keyId: "two");
        using Certificates authority = Certificates.NewAuthority();
        using X509Certificate2 certificate = authority.Server();
        TestWebServer server = await TestWebServer.StartAsync(TestWebServer.Text(TokenSigner.SetOf(one)), certificate);
        await using TestWebServer ended = server;
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync((port, folder) =>
            $"listener {port} 127.0.0.1\njwt_jwks_url {server.Url}keys\njwt_jwks_retry 1\n"
            + $"jwt_jwks_cafile {folder.Write("ca.pem", authority.AuthorityPem)}\n");

        await MosquittoPub.SendAsync(Of(broker, one.For("ann", Now)), "a", "x", 1);
        server.Answer = TestWebServer.Text(TokenSigner.SetOf(two));
        await UntilInAsync(broker, two);
        Assert.NotEqual(0, (await MosquittoPub.RunAsync(Of(broker, one.For("ann", Now)), "-t", "a", "-m", "x")).ExitCode);
        await server.DisposeAsync();

        using TokenSigner unknown = TokenSigner.Ec(keyId: "unknown");
        await UntilSaidAsync(broker, unknown, "No keys for tokens come from");
        await MosquittoPub.SendAsync(Of(broker, two.For("ann", Now)), "a", "x", 1);
    }

    [Fact]
    [Directive("jwt_jwks_retry")]
    public async Task A_key_that_is_not_known_is_not_asked_for_before_its_time()
    {
        using TokenSigner one = TokenSigner.Ec(keyId: "one");
        using TokenSigner two = TokenSigner.Ec(keyId: "two");
        await using TestWebServer server = await TestWebServer.StartAsync(TestWebServer.Text(TokenSigner.SetOf(one)));
        int patient = FreePorts.Take();
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync((port, _) =>
            "per_listener_settings true\n"
            + $"listener {port} 127.0.0.1\njwt_jwks_url {server.Url}quick\njwt_jwks_retry 1\n"
            + $"listener {patient} 127.0.0.1\njwt_jwks_url {server.Url}patient\njwt_jwks_retry 3600\n");
        Endpoint known = Of(broker, one.For("ann", Now)) with { Port = patient };
        Endpoint unknown = Of(broker, two.For("ann", Now)) with { Port = patient };
        await MosquittoPub.SendAsync(Of(broker, one.For("ann", Now)), "a", "x", 1);
        await MosquittoPub.SendAsync(known, "a", "x", 1);
        server.Answer = TestWebServer.Text(TokenSigner.SetOf(one, two));

        await UntilInAsync(broker, two);

        // Keys that are as old, and would be asked for anew if both listeners were as patient.
        Assert.NotEqual(0, (await MosquittoPub.RunAsync(unknown, "-t", "a", "-m", "x", "-q", "1")).ExitCode);
        await MosquittoPub.SendAsync(known, "a", "x", 1);
    }

    [Fact]
    [Directive("jwt_jwks_timeout")]
    public async Task A_server_of_keys_that_hangs_is_waited_for_as_long_as_was_said()
    {
        using TokenSigner signer = TokenSigner.Ec(keyId: "one");
        TaskCompletionSource answers = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestWebServer server = await TestWebServer.StartAsync(async context =>
        {
            if (context.Request.Path == "/quick") await TestWebServer.HangAsync(context);
            await answers.Task;
            await TestWebServer.Text(TokenSigner.SetOf(signer))(context);
        });
        int patient = FreePorts.Take();
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync((port, _) =>
            "per_listener_settings true\n"
            + $"listener {port} 127.0.0.1\njwt_jwks_url {server.Url}quick\njwt_jwks_timeout 1\n"
            + $"listener {patient} 127.0.0.1\njwt_jwks_url {server.Url}patient\njwt_jwks_timeout 20\n");
        await using TestClient waiting = await TestClient.OverTcpAsync(patient, ProtocolVersion.Mqtt50);
        await using TestClient refused = await TestClient.OverTcpAsync(broker.Port, ProtocolVersion.Mqtt50);
        byte[] token = [.. ReloadedBroker.Bytes(signer.For("ann", Now)).Span];

        Task<ConnAckPacket> later = waiting.TryConnectAsync("waits", packet => packet with { UserName = "x", Password = token });
        Task<ConnAckPacket> soon = refused.TryConnectAsync("asks", packet => packet with { UserName = "x", Password = token });

        Assert.Same(soon, await Task.WhenAny(soon, later).WaitAsync(TestTime.Patience));
        Assert.NotEqual(ReasonCode.Success, (await soon).ReasonCode);
        await broker.Process.Log.WaitForAsync($"{server.Url}quick: no answer within 1 seconds.");
        answers.SetResult();
        Assert.Equal(ReasonCode.Success, (await later).ReasonCode);
    }

    [Fact]
    public async Task A_server_of_keys_that_is_slow_holds_up_nobody_whose_key_is_known()
    {
        using TokenSigner known = TokenSigner.Ec(keyId: "known");
        using TokenSigner unknown = TokenSigner.Ec(keyId: "unknown");
        await using TestWebServer server = await TestWebServer.StartAsync(TestWebServer.Text(TokenSigner.SetOf(known)));
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync((port, _) =>
            $"listener {port} 127.0.0.1\njwt_jwks_url {server.Url}\njwt_jwks_retry 1\njwt_jwks_timeout 20\n");
        await MosquittoPub.SendAsync(Of(broker, known.For("ann", Now)), "a", "x", 1);
        TaskCompletionSource isAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Answer = context =>
        {
            isAsked.TrySetResult();
            return TestWebServer.HangAsync(context);
        };

        List<TestClient> waiting = [];
        while (!isAsked.Task.IsCompleted)
        {
            TestClient client = await TestClient.OverTcpAsync(broker.Port, ProtocolVersion.Mqtt50);
            waiting.Add(client);
            byte[] token = [.. ReloadedBroker.Bytes(unknown.For("eve", Now)).Span];
            Task<ConnAckPacket> answer = client.TryConnectAsync(
                $"waits-{waiting.Count}", packet => packet with { UserName = "x", Password = token });
            // Refused, as the keys are too young to be fetched again; or it waits for them.
            await Task.WhenAny(answer, isAsked.Task).WaitAsync(TestTime.Patience);
        }

        for (int i = 0; i < 5; i++) await MosquittoPub.SendAsync(Of(broker, known.For("ann", Now)), "a", "x", 1);
        foreach (TestClient client in waiting) await client.DisposeAsync();
    }

    [Fact]
    [Directive("jwt_key_file")]
    public async Task A_reload_takes_other_keys_over_and_ends_what_the_old_ones_let_in()
    {
        using TokenSigner one = TokenSigner.Rsa();
        using TokenSigner two = TokenSigner.Rsa();
        await using ReloadedBroker broker = await ReloadedBroker.StartAsync(it =>
            $"listener {it.Port} 127.0.0.1\njwt_key_file {it.Folder.Write("keys", one.PublicPem + "\n" + two.PublicPem)}\n");
        await using TestClient first = await ConnectAsync(broker, one);
        await using TestClient second = await ConnectAsync(broker, two);

        await broker.ReloadAsync();
        await first.PingFenceAsync();
        broker.Folder.Write("keys", "broken");
        await broker.ReloadInVainAsync();
        await first.PingFenceAsync();
        broker.Folder.Write("keys", two.PublicPem);
        await broker.ReloadAsync();

        await first.ExpectDisconnectAsync(ReasonCode.NotAuthorized);
        await second.PingFenceAsync();
    }

    [Fact]
    public async Task An_access_list_that_a_reload_changes_joins_the_rules_of_tokens_anew()
    {
        using TokenSigner signer = TokenSigner.Ec();
        await using ReloadedBroker broker = await ReloadedBroker.StartAsync(it =>
        {
            it.Folder.Write("acl", "topic read nothing\n");
            return $"listener {it.Port} 127.0.0.1\njwt_key_file {it.Folder.Write("keys", signer.PublicPem)}\njwt_acl_claim acl\n"
                + $"acl_file {it.Folder.File("acl")}\n";
        });
        await using TestClient client = await ConnectAsync(broker, signer, ",\"acl\":{\"all\":[\"a\"]}");
        await client.SubscribeAsync("#");

        broker.Folder.Write("acl", "user ann\ntopic readwrite b\n");
        await broker.ReloadAsync();

        foreach (string topic in (string[])["a", "b"])
        {
            await client.PublishAsync(new(topic, topic));
            await client.ExpectPublishAsync(topic, topic);
        }
        await client.PublishAsync(new("c", "c"));
        await client.ExpectNothingAsync();
    }

    private static Task<ConfiguredBroker> StartAsync(TokenSigner signer, string lines) => ConfiguredBroker.StartAsync(
        (port, folder) => $"listener {port} 127.0.0.1\njwt_key_file {folder.Write("keys.pem", signer.PublicPem)}\n{lines}");

    private static Endpoint Of(ConfiguredBroker broker, string token) => new(broker.Port) { User = ("token", token) };

    private static async Task<TestClient> ConnectAsync(ReloadedBroker broker, TokenSigner signer, string more = "")
    {
        TestClient client = await TestClient.OverTcpAsync(broker.Port, ProtocolVersion.Mqtt50);
        byte[] token = [.. ReloadedBroker.Bytes(signer.For("ann", Now, more)).Span];
        await client.ConnectAsync($"{Guid.NewGuid()}", packet => packet with { UserName = "x", Password = token });
        return client;
    }

    // The keys are fetched again a second after they were.
    private static Task UntilInAsync(ConfiguredBroker broker, TokenSigner signer) =>
        TryUntilAsync(broker, signer, run => run.ExitCode == 0);

    private static Task UntilSaidAsync(ConfiguredBroker broker, TokenSigner signer, string text) => TryUntilAsync(
        broker, signer, _ => broker.Process.Log.All.Any(line => line.Contains(text, StringComparison.Ordinal)));

    private static async Task TryUntilAsync(ConfiguredBroker broker, TokenSigner signer, Predicate<ProcessRun> isEnough)
    {
        using CancellationTokenSource patience = new(TestTime.ProcessPatience);
        while (!isEnough(await MosquittoPub.RunAsync(Of(broker, signer.For("ann", Now)), "-t", "a", "-m", "x", "-q", "1")))
            Assert.False(patience.IsCancellationRequested, broker.Process.Log.ToString());
    }
}
