using System.Globalization;
using Broker.IntegrationTests.Clients;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Observing;

/// <summary>mosquitto_sub connects again when it is thrown out; two of them with one client id never come to an end.</summary>
public sealed class TakeoverLoopTests
{
    [Fact]
    [Demand("C6")]
    public async Task Two_with_one_client_id_are_named_and_slowed_down_and_nobody_else_is()
    {
        await using AdminBroker broker = await AdminBroker.StartAsync(lines: _ => "sys_interval 1");
        LogLines log = broker.Broker.Process.Log;
        await using MosquittoSub witness = await MosquittoSub.StartAsync(
            broker.Endpoint, "%t %p", "-i", "witness", "-t", "news", "-t", "$SYS/broker/takeovers/#");
        await using MosquittoSub alice = Twin(broker.Endpoint, "alice");
        await using MosquittoSub bob = Twin(broker.Endpoint, "bob");

        string named = await log.WaitForAsync("is used by several clients");
        // The fifth is the one that was named.
        IReadOnlyList<string> takeovers = await log.WaitForAsync(
            9, line => line.Contains("Client twin already connected", StringComparison.Ordinal), "nine takeovers");

        Assert.Matches("Client id twin .* 127[.]0[.]0[.]1:[0-9]+ [(]user 'alice'[)]", named);
        Assert.Matches("Client id twin .* 127[.]0[.]0[.]1:[0-9]+ [(]user 'bob'[)]", named);
        Assert.Single(log.All, line => line.Contains("is used by several clients", StringComparison.Ordinal));
        long[] at = [.. takeovers.Select(SecondOf)];
        // Seconds are cut off: one less than the delay.
        Assert.True(at[6] - at[5] >= 1 && at[7] - at[6] >= 3 && at[8] - at[7] >= 7, string.Join(' ', at));

        // From now on it takes longer than the patience of a test client to take over in a loop.
        await using TestClient solo = await TestClient.OverTcpAsync(broker.Broker.Port);
        await solo.ConnectAsync("solo");
        await using TestClient again = await TestClient.OverTcpAsync(broker.Broker.Port);
        await again.ConnectAsync("solo");
        await solo.ExpectClosedAsync();
        await MosquittoPub.SendAsync(broker.Endpoint, "news", "hello", 1);
        await witness.WaitForAsync("news hello");
        Assert.DoesNotContain(log.All, line => line.Contains("Client witness already", StringComparison.Ordinal));

        await witness.WaitForAsync("$SYS/broker/takeovers/loops 1");
        Assert.Contains(witness.Messages, message =>
            message.StartsWith("$SYS/broker/takeovers/peers [{\"client_id\":\"twin\",", StringComparison.Ordinal)
            && message.Contains("\"user\":\"alice\"", StringComparison.Ordinal)
            && message.Contains("\"user\":\"bob\"", StringComparison.Ordinal));
        Assert.Equal(1, await broker.MetricAsync("broker_takeovers_loops"));
        Assert.True(await broker.MetricAsync("broker_takeovers_total") >= 10);
        Assert.True(await broker.MetricAsync("broker_takeovers_delayed_total") >= 3);
    }

    private static MosquittoSub Twin(Endpoint endpoint, string user) =>
        MosquittoSub.Launch(endpoint with { User = (user, "x") }, "%p", "-i", "twin", "-t", "news");

    private static long SecondOf(string line) =>
        long.Parse(line[..line.IndexOf(':', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
}
