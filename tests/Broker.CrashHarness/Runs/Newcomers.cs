using System.Net.Sockets;
using Broker.CrashHarness.Clients;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Xunit.Sdk;

namespace Broker.CrashHarness.Runs;

/// <summary>
/// Clients that come for the first time, one behind the other, until the broker is killed: the last ones have just been told that
/// their session and their subscription are there.
/// </summary>
internal sealed class Newcomers(RunContext context)
{
    private const int ArrivalsMax = 60;
    private const int Checked = 8;

    private readonly List<Newcomer> _arrived = [];
    private int _lastNumber;
    private Task _arriving = Task.CompletedTask;

    /// <summary>Lets them come.</summary>
    public void Begin() => _arriving = ArriveAsync();

    /// <summary>Looks what became of the last of them, and ends all their sessions that it looked at.</summary>
    public async Task CheckAsync()
    {
        await _arriving.ConfigureAwait(false);
        foreach (Newcomer newcomer in _arrived.TakeLast(Checked))
        {
            try
            {
                await CheckAsync(newcomer).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is XunitException or IOException or SocketException)
            {
                context.Violations.Add("refused", newcomer.ClientId, failure.Message);
            }
        }
        _arrived.Clear();
    }

    private async Task ArriveAsync()
    {
        try
        {
            for (int i = 0; i < ArrivalsMax && context.BrokerIsUp.IsOpen; i++) await ArriveOnceAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is XunitException or IOException or SocketException)
        {
            // The broker was killed, which is what they come for.
        }
    }

    private async Task ArriveOnceAsync()
    {
        string clientId = $"n{++_lastNumber}";
        await using TestClient client = await TestClient.OverTcpAsync(context.Port, ProtocolVersion.Mqtt50).ConfigureAwait(false);
        await client.ConnectPersistentAsync(clientId).ConfigureAwait(false);
        _arrived.Add(new Newcomer(clientId, IsSubscribed: false));
        await client.SubscribeAsync($"n/{clientId}", QualityOfService.ExactlyOnce).ConfigureAwait(false);
        _arrived[^1] = new Newcomer(clientId, IsSubscribed: true);
    }

    private async Task CheckAsync(Newcomer newcomer)
    {
        await using TestClient client = await TestClient.OverTcpAsync(context.Port, ProtocolVersion.Mqtt50).ConfigureAwait(false);
        ConnAckPacket answer = await client.ConnectPersistentAsync(newcomer.ClientId).ConfigureAwait(false);
        if (!answer.SessionPresent)
        {
            context.Violations.Add("session lost", newcomer.ClientId, "its first CONNACK was the last before the kill");
            return;
        }
        if (newcomer.IsSubscribed)
        {
            UnsubAckPacket unsubscribed = await client.UnsubscribeAsync($"n/{newcomer.ClientId}").ConfigureAwait(false);
            if (unsubscribed.ReasonCodes is not [ReasonCode.Success])
                context.Violations.Add("subscription lost", newcomer.ClientId, "its SUBACK was the last before the kill");
        }
        await client.SendAsync(new DisconnectPacket { SessionExpiryIntervalSeconds = 0 }).ConfigureAwait(false);
        await client.ExpectClosedAsync().ConfigureAwait(false);
    }

    private sealed record Newcomer(string ClientId, bool IsSubscribed);
}
