using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.TestKit.Processes;
using Microsoft.AspNetCore.Http;
using static Broker.Protocol.PacketType;
using static Broker.Protocol.QualityOfService;

namespace Broker.ConformanceTests.Access;

/// <summary>A service over HTTP that says who may connect and do what: a real one, that a test answers for.</summary>
public sealed class HttpTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly TemporaryFolder _folder = new();
    private Func<JsonElement, string> _answer = _ => "allow";
    private Task _mayAnswer = Task.CompletedTask;
    private TestWebServer _server = null!;

    public async Task InitializeAsync() => _server = await TestWebServer.StartAsync(AnswerAsync);

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("allow", ReasonCode.Success)]
    [InlineData("""{"result":"allow"}""", ReasonCode.Success)]
    [InlineData("deny", ReasonCode.NotAuthorized)]
    [InlineData("ignore", ReasonCode.NotAuthorized)]
    [InlineData("<html>", ReasonCode.ServerUnavailable)]
    public async Task CONNECT_FromClient_IsAnsweredAsTheServiceSays(string answer, ReasonCode expected)
    {
        _answer = _ => answer;
        await using TestBroker broker = Start(with: security => security with { AllowAnonymous = true });

        Assert.Equal(expected, await ConnectAnswer(broker, "c", "ann", "secret"));

        JsonElement asked = JsonDocument.Parse(Assert.Single(_asked)).RootElement;
        Assert.Equal(
            ("c", "ann", "secret", "127.0.0.1", "1883"),
            (Text("clientid"), Text("username"), Text("password"), Text("ipaddress"), Text("listener")));

        string? Text(string name) => asked.GetProperty(name).GetString();
    }

    [Fact]
    [Directive("http_auth_failure")]
    public async Task CONNECT_FromClient_ServiceIsDead_IsRefusedOrLetInAsConfigured()
    {
        await _server.DisposeAsync();
        await using (TestBroker closed = Start())
            Assert.Equal(ReasonCode.ServerUnavailable, await ConnectAnswer(closed, "c", "ann", "secret"));
        await using TestBroker open = Start(http => http with { AllowsOnFailure = true });
        Assert.Equal(ReasonCode.Success, await ConnectAnswer(open, "c", "ann", "secret"));
    }

    [Fact]
    public async Task CONNECT_FromClient_FileTokenAndService_TheFirstWhoKnowsDecides()
    {
        const string Secret = "0123456789abcdef0123456789abcdef";
        using TokenSigner signer = TokenSigner.Secret(Secret);
        string passwords = _folder.Write("passwords", "ann:secret\n");
        JwtOptions jwt = new() { SecretFile = _folder.Write("secret", Secret) };
        _answer = asked => asked.GetProperty("username").GetString() == "eve" ? "allow" : "deny";
        await using TestBroker broker = Start(
            with: security => security with { PasswordFile = passwords, Jwt = jwt, AllowAnonymous = true },
            change: options => options with { AllowPlainTextPasswords = true });
        string token = signer.For("bob", broker.Time.GetUtcNow());

        Assert.Equal(ReasonCode.Success, await ConnectAnswer(broker, "1", "ann", "secret"));
        Assert.Equal(ReasonCode.NotAuthorized, await ConnectAnswer(broker, "2", "ann", "wrong"));
        Assert.Equal(ReasonCode.NotAuthorized, await ConnectAnswer(broker, "3", "ann", token));
        Assert.Equal(ReasonCode.Success, await ConnectAnswer(broker, "4", "eve", token));
        Assert.Equal(ReasonCode.NotAuthorized, await ConnectAnswer(broker, "5", "eve", token[..^4] + "AAAA"));
        Assert.Equal(ReasonCode.Success, (await broker.Open(ProtocolVersion.Mqtt50).TryConnectAsync("6")).ReasonCode);
        Assert.Empty(_asked);
        Assert.Equal(ReasonCode.Success, await ConnectAnswer(broker, "7", "eve", "secret"));
        Assert.Equal(ReasonCode.NotAuthorized, await ConnectAnswer(broker, "8", "joe", "secret"));
        Assert.Equal(2, _asked.Count);
    }

    [Fact]
    public async Task PUBLISH_FromClient_ByTheRulesOfTheAnswer_IsTakenOrRefused()
    {
        _answer = _ => """{"result":"allow","acl":[{"permission":"allow","action":"publish","topic":"of/${username}"}]}""";
        await using TestBroker broker = Start();
        TestClient client = await ConnectAsync(broker, "c", "ann");

        await ExpectAsync(client, "of/ann", ReasonCode.NoMatchingSubscribers);
        await ExpectAsync(client, "of/bob", ReasonCode.NotAuthorized);
    }

    [Fact]
    public async Task PUBLISH_FromClient_OfASuperuser_IsTakenWhateverTheListSays()
    {
        _answer = _ => """{"result":"allow","is_superuser":true}""";
        string list = _folder.Write("acl", "topic read nothing\n");
        await using TestBroker broker = Start(with: security => security with { AclFile = list });
        TestClient client = await ConnectAsync(broker, "c", "ann");

        await client.SubscribeAsync("#");
        await client.PublishAsync(new("a", "x"));
        await client.ExpectPublishAsync("a", "x");
    }

    [Fact]
    public async Task DISCONNECT_FromServer_WhenTheAnswerSaysSo_EndsTheConnection()
    {
        await using TestBroker broker = Start();
        _answer = _ => $$"""{"result":"allow","expire_at":{{broker.Time.GetUtcNow().ToUnixTimeSeconds() + 60}}}""";
        TestClient client = await ConnectAsync(broker, "c", "ann");

        broker.Advance(TimeSpan.FromSeconds(61));

        await client.ExpectDisconnectAsync(ReasonCode.MaximumConnectTime);
    }

    [Theory]
    [InlineData(ProtocolVersion.Mqtt311)]
    [InlineData(ProtocolVersion.Mqtt50)]
    public async Task SUBSCRIBE_FromClient_EachFilterIsAskedAbout(ProtocolVersion version)
    {
        _answer = Topics(static (action, topic) => action == "subscribe" && topic is "yes" or "m/#");
        await using TestBroker broker = StartTopics();
        TestClient client = await ConnectAsync(broker, "c", "ann", version);

        SubAckPacket answer = await client.SubscribeAsync(
            new SubscriptionRequest("yes", 1), new SubscriptionRequest("no", 1),
            new SubscriptionRequest("$share/g/m/#", 0), new SubscriptionRequest("no", 1));

        ReasonCode refused = version == ProtocolVersion.Mqtt50 ? ReasonCode.NotAuthorized : ReasonCode.UnspecifiedError;
        Assert.Equal([ReasonCode.GrantedQos1, refused, ReasonCode.Success, refused], answer.ReasonCodes);
        Assert.Equal(2, broker.Engine.Router.Subscriptions.Count);
        const string Asked = "\"topic\":\"no\",\"action\":\"subscribe\",\"acc\":4";
        Assert.Contains(_asked, text => text.Contains(Asked, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(AtLeastOnce)]
    [InlineData(ExactlyOnce)]
    public async Task PUBLISH_FromClient_EachTopicIsAskedAboutOnceAndItsOrderIsKept(QualityOfService qos)
    {
        _answer = Topics(static (_, topic) => topic != "no");
        await using TestBroker broker = StartTopics();
        TestClient reader = await ConnectAsync(broker, "r", "r");
        await reader.SubscribeAsync("#", AtMostOnce);
        TestClient client = await ConnectAsync(broker, "c", "ann");
        int before = _asked.Count;

        // At once, so that they lie in the buffer together: known and unknown topics, and what is refused.
        string[] topics = ["a", "b", "a", "no", "a", "c", "b", "no", "a"];
        List<ushort> ids = [];
        for (int i = 0; i < topics.Length; i++) ids.Add(await client.PublishAsync(new(topics[i], $"{i}", qos)));

        PacketType type = qos == AtLeastOnce ? PubAck : PubRec;
        for (int i = 0; i < topics.Length; i++)
            await client.ExpectAckAsync(type, ids[i], topics[i] == "no" ? ReasonCode.NotAuthorized : ReasonCode.Success);
        for (int i = 0; i < topics.Length; i++)
        {
            if (topics[i] != "no") await reader.ExpectPublishAsync(topics[i], $"{i}");
        }
        Assert.Equal(4, _asked.Count - before);
        Assert.Equal(2, broker.Engine.Metrics.Dropped(DropReason.NotAuthorized));
        Assert.Equal(topics.Length, broker.Engine.Metrics.Traffic.Total().PacketsReceived(Publish));
    }

    [Theory]
    [InlineData(AtMostOnce)]
    [InlineData(ExactlyOnce)]
    public async Task PUBLISH_FromClient_InManyPiecesAndUnknown_IsTakenWhole(QualityOfService qos)
    {
        await using TestBroker broker = StartTopics();
        TestClient reader = await ConnectAsync(broker, "r", "r");
        await reader.SubscribeAsync("#", AtMostOnce);
        TestClient client = await ConnectAsync(broker, "c", "ann");

        foreach (string letter in (string[])["a", "b", "c"])
        {
            string text = string.Concat(Enumerable.Repeat(letter, 50_000));
            await client.PublishAsync(new($"small/{letter}", letter));
            ArrayBufferWriter<byte> large = new();
            OutgoingPublish publish = new($"large/{letter}", text, qos) { PacketId = letter[0] };
            publish.Write(large, ProtocolVersion.Mqtt50);
            foreach (byte[] piece in large.WrittenSpan.ToArray().Chunk(1000)) await client.SendBytesAsync(piece);
            if (qos == ExactlyOnce) await client.ExpectAckAsync(PubRec, letter[0]);
            await reader.ExpectPublishAsync($"small/{letter}", letter);
            await reader.ExpectPublishAsync($"large/{letter}", text);
        }
    }

    [Fact]
    public async Task PUBLISH_FromClient_ServiceIsSlow_WaitsAndHoldsUpNobodyElse()
    {
        TaskCompletionSource mayAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestBroker broker = StartTopics();
        TestClient slow = await ConnectAsync(broker, "slow", "ann");
        TestClient quick = await ConnectAsync(broker, "quick", "bob");
        await ExpectAsync(quick, "known", ReasonCode.NoMatchingSubscribers);
        _mayAnswer = mayAnswer.Task;

        ushort id = await slow.PublishAsync(new("a", "", AtLeastOnce));
        await slow.PingAsync();
        await ExpectAsync(quick, "known", ReasonCode.NoMatchingSubscribers);
        broker.Advance(TimeSpan.FromSeconds(4));
        mayAnswer.SetResult();

        await slow.ExpectAckAsync(PubAck, id, ReasonCode.NoMatchingSubscribers);
        await slow.ReadAsync<PingResponse>();
    }

    [Fact]
    public async Task PUBLISH_FromClient_ServiceDoesNotAnswer_EndsTheConnectionUnacknowledged()
    {
        await using TestBroker broker = StartTopics();
        TestClient client = await ConnectAsync(broker, "c", "ann");
        await _server.DisposeAsync();

        await client.PublishAsync(new("a", "", AtLeastOnce));

        await client.ExpectDisconnectAsync(ReasonCode.ServerBusy);
        await broker.Log.Lines.WaitForAsync("disconnected: who has to be asked about a topic does not answer.");
    }

    [Fact]
    public async Task PUBLISH_FromClient_ConnectionEndsWhileItWaits_IsNotTaken()
    {
        TaskCompletionSource mayAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestBroker broker = StartTopics();
        TestClient reader = await ConnectAsync(broker, "r", "r");
        await reader.SubscribeAsync("#");
        TestClient client = await ConnectAsync(broker, "c", "ann");
        _mayAnswer = mayAnswer.Task;
        int before = _asked.Count;
        await client.PublishAsync(new("a", "never", AtLeastOnce));
        while (_asked.Count == before) await Task.Yield();
        _mayAnswer = Task.CompletedTask;

        // Takes the session over, and does not wait for the answer that the one before waits for.
        TestClient again = await ConnectAsync(broker, "c", "ann");
        await client.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
        mayAnswer.SetResult();

        await again.PublishAsync(new("b", "now"));
        await reader.ExpectPublishAsync("b", "now");
    }

    [Fact]
    public async Task PUBLISH_FromClient_WhatTheListForbids_IsNotAskedAbout()
    {
        string list = _folder.Write("acl", "topic read #\nuser ann\ntopic write a\ntopic write ignored\n");
        _answer = asked => asked.TryGetProperty("topic", out JsonElement topic) && topic.GetString() == "ignored"
            ? "ignore" : "allow";
        await using TestBroker broker = StartTopics(security => security with { AclFile = list });
        TestClient client = await ConnectAsync(broker, "c", "ann");
        int before = _asked.Count;

        await ExpectAsync(client, "b", ReasonCode.NotAuthorized);
        await ExpectAsync(client, "$SYS/x", ReasonCode.NotAuthorized);
        Assert.Equal(before, _asked.Count);
        await ExpectAsync(client, "a", ReasonCode.NoMatchingSubscribers);
        await ExpectAsync(client, "ignored", ReasonCode.NoMatchingSubscribers);
    }

    [Fact]
    public async Task PUBLISH_FromClient_ServiceDoesNotKnowAndNothingElseAllows_IsRefused()
    {
        _answer = asked => asked.TryGetProperty("topic", out _) ? "ignore" : "allow";
        await using TestBroker broker = StartTopics();

        await ExpectAsync(await ConnectAsync(broker, "c", "ann"), "a", ReasonCode.NotAuthorized);
    }

    [Fact]
    public async Task PUBLISH_FromClient_AnAnswerIsOld_IsAskedAboutAgain()
    {
        bool isAllowed = true;
        _answer = Topics((_, _) => isAllowed);
        await using TestBroker broker = StartTopics();
        TestClient client = await ConnectAsync(broker, "c", "ann");
        await ExpectAsync(client, "a", ReasonCode.NoMatchingSubscribers);
        isAllowed = false;

        await ExpectAsync(client, "a", ReasonCode.NoMatchingSubscribers);
        broker.Advance(TimeSpan.FromSeconds(30));
        await ExpectAsync(client, "a", ReasonCode.NotAuthorized);
    }

    [Fact]
    public async Task PUBLISH_FromClient_ThousandsOfTopics_AreAllAskedAbout()
    {
        await using TestBroker broker = StartTopics();
        TestClient client = await ConnectAsync(broker, "c", "ann");
        List<ushort> ids = [];
        for (int i = 0; i < 2500; i++) ids.Add(await client.PublishAsync(new($"{i}", "", AtLeastOnce)));

        foreach (ushort id in ids) await client.ExpectAckAsync(PubAck, id, ReasonCode.NoMatchingSubscribers);
    }

    [Fact]
    public async Task SUBSCRIBE_FromClient_WithMoreFiltersThanAreAskedAbout_IsAnswered()
    {
        await using TestBroker broker = StartTopics();
        TestClient client = await ConnectAsync(broker, "c", "ann");

        SubAckPacket answer = await client.SubscribeAsync(
            [.. Enumerable.Range(0, 1200).Select(i => new SubscriptionRequest($"{i}", 0))]);

        Assert.Equal(1000, answer.ReasonCodes.Count(code => code == ReasonCode.Success));
        Assert.Equal(200, answer.ReasonCodes.Count(code => code == ReasonCode.NotAuthorized));
    }

    [Theory]
    [InlineData("yes", ReasonCode.Success)]
    [InlineData("no", ReasonCode.NotAuthorized)]
    public async Task CONNECT_FromClient_WithWill_ItsTopicIsAskedAbout(string topic, ReasonCode expected)
    {
        _answer = Topics(static (action, topic) => action == "publish" && topic == "yes");
        await using TestBroker broker = StartTopics();

        ConnAckPacket answer = await broker.Open(ProtocolVersion.Mqtt50).TryConnectAsync(
            "c", packet => As(packet, "ann", "secret") with { Will = new WillMessage { Topic = topic } });

        Assert.Equal(expected, answer.ReasonCode);
    }

    private TestBroker Start(
        Func<HttpAuthOptions, HttpAuthOptions>? http = null,
        Func<ListenerSecurityOptions, ListenerSecurityOptions>? with = null, Func<BrokerOptions, BrokerOptions>? change = null)
    {
        HttpAuthOptions service = new() { AuthUrl = _server.Url };
        ListenerSecurityOptions security = new() { Http = http?.Invoke(service) ?? service };
        ListenerOptions listener = new() { Security = with?.Invoke(security) ?? security };
        return new TestBroker(options =>
        {
            BrokerOptions made = options with { Listeners = [listener] };
            return change?.Invoke(made) ?? made;
        });
    }

    private TestBroker StartTopics(Func<ListenerSecurityOptions, ListenerSecurityOptions>? with = null) =>
        Start(http => http with { AclUrl = _server.Url }, with);

    private static Func<JsonElement, string> Topics(Func<string, string, bool> isAllowed) => asked =>
        !asked.TryGetProperty("topic", out JsonElement topic)
            || isAllowed(asked.GetProperty("action").GetString()!, topic.GetString()!) ? "allow" : "deny";

    private async Task AnswerAsync(HttpContext context)
    {
        using StreamReader reader = new(context.Request.Body);
        string body = await reader.ReadToEndAsync();
        Task mayAnswer = _mayAnswer;
        _asked.Enqueue(body);
        await mayAnswer;
        string answer = _answer(JsonDocument.Parse(body).RootElement);
        await context.Response.WriteAsync(answer);
    }

    private static async Task ExpectAsync(TestClient client, string topic, ReasonCode expected)
    {
        ushort id = await client.PublishAsync(new(topic, "", AtLeastOnce));
        await client.ExpectAckAsync(PubAck, id, expected);
    }

    private static async Task<TestClient> ConnectAsync(
        TestBroker broker, string clientId, string user, ProtocolVersion version = ProtocolVersion.Mqtt50)
    {
        TestClient client = broker.Open(version);
        await client.ConnectAsync(clientId, packet => As(packet, user, "secret"));
        return client;
    }

    private static async Task<ReasonCode> ConnectAnswer(TestBroker broker, string clientId, string user, string password) =>
        (await broker.Open(ProtocolVersion.Mqtt50).TryConnectAsync(clientId, packet => As(packet, user, password))).ReasonCode;

    private static ConnectPacket As(ConnectPacket packet, string user, string password) =>
        packet with { UserName = user, Password = Encoding.UTF8.GetBytes(password) };
}
