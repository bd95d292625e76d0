using System.Text.Json;
using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Durability;
using Broker.IntegrationTests.Observing;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Administration;

/// <summary>Clients and sessions, looked at and ended by an administrator.</summary>
public sealed class SessionAdministrationTests
{
    [Fact]
    public async Task A_client_id_of_any_characters_is_one_segment_or_a_parameter()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();
        using AdminApi api = new(broker.AdminPort);
        string[] ids = ["plain", "a/b", "/", "100%", "%2F", "%252F", "a b+c?d#e&f=g", "ünï/☃/😀", "..", "../x"];
        foreach (string clientId in ids)
        {
            await using TestClient client = await TestClient.OverTcpAsync(broker.Broker.Port, ProtocolVersion.Mqtt50);
            await client.ConnectAsync(clientId);
            string encoded = Uri.EscapeDataString(clientId);
            // Who normalises paths, as the client of .NET does, takes two dots away.
            string path = clientId == ".." ? "/api/clients?id=.." : $"/api/clients/{encoded}";

            ApiAnswer byQuery = await api.GetAsync($"/api/clients?id={encoded}");
            ApiAnswer byPath = await api.GetAsync(path);
            ApiAnswer other = await api.GetAsync(path + "x");
            ApiAnswer kicked = await api.DeleteAsync(path);

            foreach (ApiAnswer answer in (ApiAnswer[])[byQuery, byPath])
                Assert.Equal(clientId, answer.Json.GetProperty("client").GetProperty("clientId").GetString());
            Assert.Equal(404, other.Status);
            Assert.Equal((200, clientId), (kicked.Status, kicked["clientId"]));
            await client.ExpectDisconnectAsync(ReasonCode.AdministrativeAction);
        }
    }

    [Fact]
    public async Task A_client_that_is_kicked_is_told_why_keeps_its_session_and_leaves_its_will()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();
        using AdminApi api = new(broker.AdminPort);
        await using TestClient witness = await TestClient.OverTcpAsync(broker.Broker.Port);
        await witness.ConnectAsync("witness");
        await witness.SubscribeAsync("wills/#");
        await using TestClient client = await TestClient.OverTcpAsync(broker.Broker.Port, ProtocolVersion.Mqtt50);
        await client.ConnectAsync("victim", packet => packet with
        {
            CleanStart = false,
            SessionExpiryIntervalSeconds = 100,
            Will = new WillMessage { Topic = "wills/victim", Payload = "gone"u8.ToArray() },
        });
        await client.SubscribeAsync("kept", QualityOfService.AtLeastOnce);

        ApiAnswer answer = await api.DeleteAsync("/api/clients/victim");

        Assert.Equal((200, "True", "False"), (answer.Status, answer["disconnected"], answer["sessionDeleted"]));
        await client.ExpectDisconnectAsync(ReasonCode.AdministrativeAction);
        await witness.ExpectPublishAsync("wills/victim", "gone");
        await broker.Broker.Process.Log.WaitForAsync("Client victim been disconnected by administrative action.");
        await broker.Broker.Process.Log.WaitForAsync("Administrator local [127.0.0.1:");
        ApiAnswer session = await api.GetAsync("/api/sessions/victim");
        Assert.False(session.Json.GetProperty("session").GetProperty("online").GetBoolean());
        Assert.Equal("kept", session.Json.GetProperty("subscriptions")[0].GetProperty("filter").GetString());
        Assert.Equal(404, (await api.DeleteAsync("/api/clients/victim")).Status);
        Assert.Equal(400, (await api.DeleteAsync("/api/clients/victim?delete_session=maybe")).Status);
        Assert.Equal(1, await broker.MetricAsync("broker_disconnects_total{reason=\"administrative_action\"}"));
    }

    [Fact]
    public async Task Before_5_0_a_client_that_is_kicked_only_sees_its_connection_end()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();
        using AdminApi api = new(broker.AdminPort);
        await using TestClient client = await TestClient.OverTcpAsync(broker.Broker.Port);
        await client.ConnectAsync("old");

        ApiAnswer answer = await api.DeleteAsync("/api/clients/old?delete_session=true");

        Assert.Equal((200, "True"), (answer.Status, answer["sessionDeleted"]));
        await client.ExpectEndAsync();
        Assert.Equal(404, (await api.GetAsync("/api/sessions/old")).Status);
    }

    [Fact]
    public async Task A_session_that_is_deleted_is_gone_after_a_crash_too()
    {
        int adminPort = FreePorts.Take();
        await using DurableBroker broker = new($"admin_listener {adminPort}");
        await broker.StartAsync();
        using AdminApi api = new(adminPort);
        foreach (string id in (string[])["gone", "kept"])
            await MosquittoSub.SubscribeOnceAsync(broker.Endpoint, "-t", "jobs/#", "-q", "1", "-c", "-i", id);
        await MosquittoPub.SendAsync(broker.Endpoint, "jobs/1", "one", 1);

        ApiAnswer answer = await api.DeleteAsync("/api/sessions/gone");
        await broker.Process.KillAsync();
        await broker.StartAsync();

        Assert.Equal((200, "False", "True"), (answer.Status, answer["disconnected"], answer["sessionDeleted"]));
        Assert.Equal(404, (await api.GetAsync("/api/sessions/gone")).Status);
        JsonElement kept = (await api.GetAsync("/api/sessions/kept")).Json.GetProperty("session");
        Assert.Equal(1, kept.GetProperty("waiting").GetInt32());
    }

    [Fact]
    public async Task The_queue_of_a_session_that_is_away_comes_from_the_store_in_parts()
    {
        int adminPort = FreePorts.Take();
        await using DurableBroker broker = new($"admin_listener {adminPort}");
        await broker.StartAsync();
        using AdminApi api = new(adminPort);
        await MosquittoSub.SubscribeOnceAsync(broker.Endpoint, "-t", "jobs/#", "-q", "1", "-c", "-i", "away");
        await using TestClient publisher = await TestClient.OverTcpAsync(broker.Endpoint.Port);
        await publisher.ConnectAsync("publisher");
        for (int i = 1; i <= 5; i++)
            await publisher.PublishAndCompleteAsync(new($"jobs/{i}", new string('x', i), QualityOfService.AtLeastOnce));

        List<string> topics = [];
        string? next = "";
        int parts = 0;
        for (; next is not null; parts++)
        {
            JsonElement queue = (await api.GetAsync($"/api/sessions/away?limit=2&after={next}")).Json.GetProperty("queue");
            topics.AddRange(queue.GetProperty("items").EnumerateArray().Select(static item =>
                $"{item.GetProperty("topic")} {item.GetProperty("payloadBytes")} {item.GetProperty("qos")} "
                + $"{item.GetProperty("state")} {item.GetProperty("packetId")}"));
            next = queue.TryGetProperty("next", out JsonElement more) ? more.GetString() : null;
        }

        Assert.Equal(Enumerable.Range(1, 5).Select(static i => $"jobs/{i} {i} 1 waiting {i}"), topics);
        Assert.Equal(3, parts);
        Assert.Equal(400, (await api.GetAsync("/api/sessions/away?after=x")).Status);
    }

    [Fact]
    public async Task What_a_slow_client_has_not_taken_is_shown_by_age_and_state_and_what_it_lost_by_cause()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync(lines: static _ => "max_queued_messages 3");
        using AdminApi api = new(broker.AdminPort);
        await using TestClient slow = await TestClient.OverTcpAsync(broker.Broker.Port, ProtocolVersion.Mqtt50);
        await slow.ConnectAsync("slow", packet => packet with { ReceiveMaximum = 1, SessionExpiryIntervalSeconds = 100 });
        await slow.SubscribeAsync("jobs", QualityOfService.AtLeastOnce);
        await using TestClient publisher = await TestClient.OverTcpAsync(broker.Broker.Port);
        await publisher.ConnectAsync("publisher");
        for (int i = 0; i < 6; i++) await publisher.PublishAndCompleteAsync(new("jobs", "job", QualityOfService.AtLeastOnce));

        JsonElement detail = (await api.GetAsync("/api/clients/slow")).Json;
        JsonElement list = (await api.GetAsync("/api/slow")).Json;

        JsonElement sent = Assert.Single(detail.GetProperty("inFlight").EnumerateArray());
        Assert.Equal(("sent", "jobs", 1), (
            sent.GetProperty("state").GetString(), sent.GetProperty("topic").GetString(),
            sent.GetProperty("packetId").GetInt32()));
        JsonElement[] waiting = [.. detail.GetProperty("queue").GetProperty("items").EnumerateArray()];
        Assert.Equal([2, 3, 4], waiting.Select(static one => one.GetProperty("packetId").GetInt32()));
        Assert.All(waiting, static one => Assert.InRange(one.GetProperty("ageSeconds").GetInt32(), 0, 60));
        Assert.Equal(2, detail.GetProperty("drops").GetProperty("queue_messages").GetInt32());
        Assert.Equal(1, detail.GetProperty("connection").GetProperty("inFlightMax").GetInt32());
        JsonElement first = Assert.Single(list.GetProperty("items").EnumerateArray());
        Assert.Equal(("slow", 3, 1), (
            first.GetProperty("clientId").GetString(), first.GetProperty("waiting").GetInt32(),
            first.GetProperty("inFlight").GetInt32()));
        Assert.InRange(first.GetProperty("queuedSeconds").GetInt32(), 0, 60);
    }

    [Fact]
    public async Task Lists_are_filtered_by_client_id_user_and_address()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();
        using AdminApi api = new(broker.AdminPort);
        await using TestClient one = await TestClient.OverTcpAsync(broker.Broker.Port);
        await using TestClient other = await TestClient.OverTcpAsync(broker.Broker.Port);
        await one.ConnectAsync("sensor-1", static packet => packet with { UserName = "Ann" });
        await other.ConnectAsync("panel");

        foreach (string list in (string[])["/api/clients", "/api/sessions"])
        {
            Assert.Equal("sensor-1", await IdsAsync($"{list}?filter=SENS"));
            Assert.Equal("sensor-1", await IdsAsync($"{list}?filter=ann"));
            Assert.Equal("panel sensor-1", await IdsAsync($"{list}?filter=127.0.0.1:*"));
            Assert.Equal("panel", await IdsAsync($"{list}?filter=p%3Fn*"));
            Assert.Equal("", await IdsAsync($"{list}?filter=pane%3F%3F"));
        }

        async Task<string> IdsAsync(string path) => string.Join(' ', (await api.GetAsync(path)).Json.GetProperty("items")
            .EnumerateArray().Select(static item => item.GetProperty("clientId").GetString()));
    }
}
