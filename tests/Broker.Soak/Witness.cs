using System.Globalization;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Xunit.Sdk;

namespace Broker.Soak;

/// <summary>
/// Numbered messages with QoS 1 and 2 to a subscriber that comes and goes: each that was acknowledged must arrive, in order,
/// those with QoS 2 once.
/// </summary>
internal sealed class Witness(int port, SoakFindings findings)
{
    private const string Id = "witness-subscriber";

    private static readonly TimeSpan PublishEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly HashSet<ushort> _received = [];
    private readonly TaskCompletionSource _isSubscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _sent;
    private int _lastAtLeastOnce;
    private int _lastExactlyOnce;

    /// <summary>Messages that were acknowledged.</summary>
    public int Acknowledged => 2 * _sent;

    public async Task PublishAsync(CancellationToken end)
    {
        await _isSubscribed.Task.ConfigureAwait(false);
        using var pace = new PeriodicTimer(PublishEvery);
        await GuardAsync("publisher", async () =>
        {
            while (!end.IsCancellationRequested)
            {
                await using TestClient client = await TestClient.OverTcpAsync(port, ProtocolVersion.Mqtt50).ConfigureAwait(false);
                await client.ConnectAsync("witness-publisher").ConfigureAwait(false);
                for (int i = 0; i < 100 && !end.IsCancellationRequested; i++)
                {
                    string text = (_sent + 1).ToString(CultureInfo.InvariantCulture);
                    await client.PublishAndCompleteAsync(
                        new OutgoingPublish("witness/1", text, QualityOfService.AtLeastOnce)).ConfigureAwait(false);
                    await client.PublishAndCompleteAsync(
                        new OutgoingPublish("witness/2", text, QualityOfService.ExactlyOnce)).ConfigureAwait(false);
                    _sent++;
                    await pace.WaitForNextTickAsync(end).ConfigureAwait(false);
                }
            }
        }, end).ConfigureAwait(false);
    }

    public async Task SubscribeAsync(CancellationToken end)
    {
        var random = new Random(1);
        using var pace = new PeriodicTimer(LookEvery);
        await GuardAsync("subscriber", async () =>
        {
            while (!end.IsCancellationRequested)
            {
                await VisitAsync(random.Next(10), isKilled: random.Next(2) == 0, pace, end).ConfigureAwait(false);
                for (int away = random.Next(10); away > 0; away--) await pace.WaitForNextTickAsync(end).ConfigureAwait(false);
            }
        }, end).ConfigureAwait(false);
    }

    /// <summary>The publisher has ended: everything must be here, or come now.</summary>
    public async Task CompareAsync()
    {
        using var pace = new PeriodicTimer(LookEvery);
        await GuardAsync("last look", () => VisitAsync(2, isKilled: false, pace, CancellationToken.None), default)
            .ConfigureAwait(false);
        if (_lastAtLeastOnce < _sent || _lastExactlyOnce < _sent)
            findings.Add($"{_sent} of each were acknowledged, {_lastAtLeastOnce} of QoS 1 and {_lastExactlyOnce} of QoS 2 came");
    }

    private async Task VisitAsync(int looks, bool isKilled, PeriodicTimer pace, CancellationToken end)
    {
        await using TestClient client = await TestClient.OverTcpAsync(port, ProtocolVersion.Mqtt50).ConfigureAwait(false);
        ConnAckPacket answer = await client.ConnectPersistentAsync(Id).ConfigureAwait(false);
        if (!answer.SessionPresent)
        {
            if (_sent > 0) findings.Add("the witness's session is gone");
            await client.SubscribeAsync("witness/+", QualityOfService.ExactlyOnce).ConfigureAwait(false);
            _isSubscribed.TrySetResult();
        }
        var conversation = new Conversation(client);
        for (int look = 0; look <= looks; look++)
        {
            while (await conversation.DrainAsync(Take).ConfigureAwait(false) > 0) { }
            if (look < looks) await pace.WaitForNextTickAsync(end).ConfigureAwait(false);
        }
        if (!isKilled) await client.SendAsync(new DisconnectPacket()).ConfigureAwait(false);
    }

    private void Take(object packet)
    {
        if (packet is AckPacket { Type: PacketType.PubRel } released) _received.Remove(released.PacketId);
        if (packet is not ReceivedPublish message) return;
        int number = int.Parse(message.Text, CultureInfo.InvariantCulture);
        if (message.Qos == QualityOfService.AtLeastOnce)
        {
            if (number <= _lastAtLeastOnce && message.Dup) return;
            if (number != ++_lastAtLeastOnce) findings.Add($"QoS 1: {number} came after {_lastAtLeastOnce - 1}");
            _lastAtLeastOnce = number;
            return;
        }
        if (!_received.Add(message.PacketId)) return;
        if (number != ++_lastExactlyOnce) findings.Add($"QoS 2: {number} came after {_lastExactlyOnce - 1}");
        _lastExactlyOnce = number;
    }

    private async Task GuardAsync(string who, Func<Task> work, CancellationToken end)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The run is over.
        }
        catch (Exception failure) when (failure is XunitException or IOException)
        {
            findings.Add($"witness {who}: {failure.Message.ReplaceLineEndings(" ")}");
        }
    }
}
