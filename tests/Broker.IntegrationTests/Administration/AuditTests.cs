using System.Text.Json;
using Broker.IntegrationTests.Observing;
using Broker.TestKit.Processes;
using Broker.TestKit;

namespace Broker.IntegrationTests.Administration;

/// <summary>What is written down of what administrators do.</summary>
public sealed class AuditTests
{
    [Fact]
    [Directive("audit_log_file")]
    public async Task Each_change_is_a_line_of_the_file_and_of_the_log_with_who_where_what_and_how_it_ended()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync(
            static folder => $"admin_token_file {folder.Write("tokens", "ann:0123456789abcdef\n")}",
            lines: static folder => $"audit_log_file {folder.File("audit.log")}");
        using AdminApi api = new(broker.AdminPort, "0123456789abcdef");
        await api.PostAsync("/api/publish", """{"topic": "a", "payload": "12", "qos": 1}""");
        await api.DeleteAsync("/api/clients/nobody%0Ahere");
        await api.GetAsync("/api/clients");

        JsonElement[] lines = Lines(broker);

        Assert.Equal(2, lines.Length);
        Assert.Equal(
            ("ann", "publish", "a", 200, "published 2 bytes with QoS 1"),
            (Text(lines[0], "who"), Text(lines[0], "action"), Text(lines[0], "target"), lines[0].GetProperty("status").GetInt32(),
                Text(lines[0], "outcome")));
        Assert.Equal(("disconnect", "nobody\nhere", 404), (
            Text(lines[1], "action"), Text(lines[1], "target"), lines[1].GetProperty("status").GetInt32()));
        Assert.StartsWith("127.0.0.1:", Text(lines[0], "from"), StringComparison.Ordinal);
        await broker.Broker.Process.Log.WaitForAsync("publish 'a': published 2 bytes with QoS 1");
    }

    [Fact]
    public async Task The_file_is_opened_anew_with_the_log_files()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync(
            lines: static folder => $"audit_log_file {folder.File("audit.log")}");
        using AdminApi api = new(broker.AdminPort);
        await api.PostAsync("/api/publish", """{"topic": "before"}""");
        string file = broker.Broker.Folder.File("audit.log");
        File.Move(file, file + ".1");

        broker.Broker.Process.Reload();
        await broker.Broker.Process.Log.WaitForAsync("Config reloaded from ");
        await api.PostAsync("/api/publish", """{"topic": "after"}""");

        Assert.Equal("after", Text(Assert.Single(Lines(broker)), "target"));
    }

    [Fact]
    public async Task A_file_that_cannot_be_opened_stops_the_start_and_a_reload_and_no_change()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync();
        using AdminApi api = new(broker.AdminPort);
        string file = broker.Broker.Folder.File("mosquitto.conf");
        await File.AppendAllTextAsync(file, "audit_log_file /no/such/folder/audit.log\n");

        ApiAnswer reload = await api.PostAsync("/api/reload");
        await using ChildProcess second = BrokerProcess.Launch(["-c", file]);

        Assert.Equal(422, reload.Status);
        Assert.Contains("/no/such/folder/audit.log", reload["detail"], StringComparison.Ordinal);
        Assert.Equal(1, await second.WaitForExitAsync());
        await second.Lines.WaitForAsync("/no/such/folder/audit.log");
        Assert.Equal(200, (await api.PostAsync("/api/publish", """{"topic": "a"}""")).Status);
    }

    private static JsonElement[] Lines(AdminBroker broker) =>
    [
        .. File.ReadAllLines(broker.Broker.Folder.File("audit.log"))
            .Select(static line => JsonDocument.Parse(line).RootElement),
    ];

    private static string? Text(JsonElement line, string name) => line.GetProperty(name).GetString();
}
