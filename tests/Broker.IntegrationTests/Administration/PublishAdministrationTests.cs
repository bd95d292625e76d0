using System.Text.Json;
using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Durability;
using Broker.IntegrationTests.Observing;
using Broker.Protocol;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Administration;

/// <summary>Publishing and retained messages over HTTP.</summary>
public sealed class PublishAdministrationTests
{
    [Fact]
    public async Task A_message_arrives_with_all_its_properties_and_the_answer_says_how_many_it_matched()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();
        using AdminApi api = new(broker.AdminPort);
        await using TestClient client = await TestClient.OverTcpAsync(broker.Broker.Port, ProtocolVersion.Mqtt50);
        await client.ConnectAsync("reader");
        await client.SubscribeAsync("a/+", QualityOfService.ExactlyOnce);

        ApiAnswer answer = await api.PostAsync("/api/publish", """
            {"topic": "a/b", "payload_base64": "AP8=", "qos": 2, "properties": {"message_expiry_seconds": 60,
             "content_type": "x/y", "response_topic": "r", "correlation_data_base64": "Aw==",
             "user_properties": [{"name": "n", "value": "1"}, {"name": "n", "value": "2"}]}}
            """);
        var received = await client.ReadAsync<ReceivedPublish>();

        Assert.Equal((200, "1"), (answer.Status, answer["matchingSubscribers"]));
        Assert.Equal([0x00, 0xFF], received.Payload);
        Assert.Equal(("a/b", QualityOfService.ExactlyOnce, "x/y", "r"),
            (received.Topic, received.Qos, received.ContentType, received.ResponseTopic));
        Assert.Equal([3], received.CorrelationData!);
        Assert.Equal([new("n", "1"), new("n", "2")], received.UserProperties);
        Assert.InRange(received.MessageExpirySeconds!.Value, 55u, 60u);
        Assert.Equal(1, await broker.MetricAsync("broker_deliveries_matched_total"));
    }

    [Fact]
    public async Task What_was_answered_is_there_after_a_crash()
    {
        int adminPort = FreePorts.Take();
        await using DurableBroker broker = new($"admin_listener {adminPort}");
        await broker.StartAsync();
        using AdminApi api = new(adminPort);
        await MosquittoSub.SubscribeOnceAsync(broker.Endpoint, "-t", "jobs", "-q", "1", "-c", "-i", "away");
        foreach (string topic in (string[])["r/1", "r/2", "r/3", "other"])
            await api.PostAsync("/api/publish", $$"""{"topic": "{{topic}}", "payload": "x", "qos": 1, "retain": true}""");

        ApiAnswer published = await api.PostAsync("/api/publish", """{"topic": "jobs", "payload": "done", "qos": 1}""");
        ApiAnswer deleted = await api.DeleteAsync("/api/retained?filter=r/%2B");
        await broker.Process.KillAsync();
        await broker.StartAsync();

        Assert.Equal((200, "True", "1"), (published.Status, published["committed"], published["matchingSubscribers"]));
        Assert.Equal((200, "3", "False"), (deleted.Status, deleted["deleted"], deleted["hasMore"]));
        JsonElement left = (await api.GetAsync("/api/retained")).Json.GetProperty("items");
        Assert.Equal("other", Assert.Single(left.EnumerateArray()).GetProperty("topic").GetString());
        await using MosquittoSub reader = MosquittoSub.Launch(
            broker.Endpoint, "%p", "-i", "away", "-c", "-q", "1", "-t", "jobs", "-C", "1");
        Assert.Equal(["done"], await reader.AllAsync());
    }

    [Fact]
    public async Task A_body_that_is_wrong_or_too_long_or_no_JSON_is_refused_in_words()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync(lines: static _ => "message_size_limit 10");
        using AdminApi api = new(broker.AdminPort);

        ApiAnswer wrong = await api.PostAsync("/api/publish", """{"topic": "a", "qos": 3}""");
        ApiAnswer longer = await api.PostAsync("/api/publish", """{"topic": "a", "payload": "12345678901"}""");
        ApiAnswer broken = await api.PostAsync("/api/publish", "{");
        ApiAnswer form = await api.SendAsync(HttpMethod.Post, "/api/publish");
        ApiAnswer large = await api.PostAsync(
            "/api/publish", $$"""{"topic": "a", "payload": "{{new string('x', 1100 * 1024)}}"}""");

        Assert.Equal((400, "application/problem+json", "qos"), (wrong.Status, wrong.Type, wrong["field"]));
        Assert.Equal("qos is a whole number from 0 to 2.", wrong["detail"]);
        Assert.Equal((400, "payload"), (longer.Status, longer["field"]));
        Assert.Equal((400, null), (broken.Status, broken["field"]));
        Assert.Equal(415, form.Status);
        Assert.Equal((413, "application/problem+json"), (large.Status, large.Type));
    }

    [Fact]
    public async Task One_retained_message_is_read_and_deleted_by_its_topic()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();
        using AdminApi api = new(broker.AdminPort);
        await api.PostAsync("/api/publish", """
            {"topic": "a/ü", "payload": "text", "retain": true, "properties": {"content_type": "t"}}
            """);
        await api.PostAsync("/api/publish", """{"topic": "bin", "payload_base64": "/w==", "retain": true}""");

        ApiAnswer text = await api.GetAsync("/api/retained?topic=a/%C3%BC");
        ApiAnswer binary = await api.GetAsync("/api/retained?topic=bin");
        ApiAnswer deleted = await api.DeleteAsync("/api/retained?topic=a/%C3%BC");
        ApiAnswer again = await api.DeleteAsync("/api/retained?topic=a/%C3%BC");

        Assert.Equal(("text", "dGV4dA=="), (text["text"], text["payload"]));
        Assert.Equal("t", text.Json.GetProperty("properties").GetProperty("contentType").GetString());
        Assert.Equal((null, "/w=="), (binary["text"], binary["payload"]));
        Assert.Equal((200, "1", 404), (deleted.Status, deleted["deleted"], again.Status));
        foreach (string bad in (string[])["", "?topic=a%2F%23", "?filter=a%23", "?topic=a&filter=b", "?filter=$SYS/%23"])
            Assert.Equal(400, (await api.DeleteAsync("/api/retained" + bad)).Status);
    }
}
