using Broker.ConformanceTests.Durability;
using Broker.ConformanceTests.Mqtt5;
using Broker.Protocol;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.ConformanceTests.Access;

/// <summary><c>check_retain_source</c>: a retained message goes out only while its publisher may publish there.</summary>
public sealed class RetainSourceTests
{
    private const string Allowed = "user r\ntopic read #\nuser w\ntopic write a\ntopic write b\n";
    private const string Revoked = "user r\ntopic read #\nuser w\ntopic write b\n";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Directive("check_retain_source")]
    public async Task PUBLISH_FromServer_RetainedByAClientThatMayNoMore_IsReplayedUnlessTheSourceIsChecked(bool isChecked)
    {
        await using var listed = new ListedBroker(
            Allowed, change: options => options with { ChecksRetainSource = isChecked });
        TestClient writer = await listed.ConnectAsync("w");
        await writer.RetainAsync("a", "x");
        await writer.RetainAsync("b", "y");

        listed.Reload(Revoked);

        TestClient reader = await listed.ConnectAsync("r");
        await reader.SubscribeAsync("a");
        if (!isChecked) await reader.ExpectPublishAsync("a", "x");
        await reader.SubscribeAsync("b");
        await reader.ExpectPublishAsync("b", "y");
    }

    [Fact]
    public async Task PUBLISH_FromServer_RetainedBeforeARestart_TheUserThatRetainedItIsAskedFor()
    {
        using var folder = new TemporaryFolder();
        folder.Write("acl", Allowed);
        await using CrashingBroker crashing = await CrashingBroker.StartAsync(
            options => ListedBroker.With(options, folder.File("acl")) with { ChecksRetainSource = true });
        TestClient writer = crashing.Broker.Open(ProtocolVersion.Mqtt50);
        await writer.ConnectAsync("w", packet => packet with { UserName = "w" });
        await writer.RetainAsync("a", "x");
        await writer.RetainAsync("b", "y");

        folder.Write("acl", Revoked);
        await crashing.RestartAsync();

        TestClient reader = crashing.Broker.Open(ProtocolVersion.Mqtt50);
        await reader.ConnectAsync("r", packet => packet with { UserName = "r" });
        await reader.SubscribeAsync("a");
        await reader.SubscribeAsync("b");
        await reader.ExpectPublishAsync("b", "y");
        await reader.ExpectNothingAsync();
    }
}
