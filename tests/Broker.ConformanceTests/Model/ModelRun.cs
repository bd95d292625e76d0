using System.Buffers;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Xunit.Sdk;

namespace Broker.ConformanceTests.Model;

/// <summary>Random operations, each on the engine and on the model, and the comparison of what the clients received.</summary>
internal sealed class ModelRun(int seed, bool allowsDuplicates)
{
    private const int OperationsShown = 40;
    private const int SecondsPerStep = 60;

    private readonly RandomChoices _random = new(seed);
    private readonly BrokerModel _model = new(allowsDuplicates);
    private readonly Dictionary<string, ModelClient> _clients = [];
    private readonly List<string> _history = [];
    private ushort _lastPacketId;

    /// <summary>Runs so many operations.</summary>
    /// <exception cref="XunitException">The engine did something else, after which operations, and with which seed.</exception>
    public async Task RunAsync(int steps)
    {
        try
        {
            await using var broker = TestBroker.WithLimits(limits => limits with
            {
                AllowDuplicateMessages = allowsDuplicates, QueuedMessagesMax = 0, InflightMessagesMax = 0,
            });
            for (int step = 0; step < steps; step++) await StepAsync(broker);
            await SettleAsync();
        }
        catch (Exception exception)
        {
            string history = string.Join("\n  ", _history.TakeLast(OperationsShown));
            throw new XunitException(
                $"Seed {seed}, duplicates {allowsDuplicates}, {_history.Count} operations, the last:\n  {history}", exception);
        }
    }

    private async Task StepAsync(TestBroker broker)
    {
        ModelClient? client = _clients.Count == 0 ? null : _random.Of([.. _clients.Values]);
        if (client is null) await ConnectAsync(broker);
        else await (_random.Below(100) switch
        {
            < 12 => ConnectAsync(broker),
            < 18 => LeaveAsync(client),
            < 20 => PassTimeAsync(broker),
            < 40 => SubscribeAsync(client),
            < 46 => UnsubscribeAsync(client),
            < 60 => PublishTogetherAsync(),
            _ => PublishAsync(client),
        });
    }

    private async Task ConnectAsync(TestBroker broker)
    {
        string clientId = _random.ClientId();
        if (_clients.Remove(clientId, out ModelClient? old)) await CompareAsync(old);
        (ConnectPacket packet, ModelConnect connect) = _random.Connect(clientId);
        Note($"{clientId} connects{(old is null ? "" : " again")}: {packet.Version}, {connect}");
        TestClient connection = broker.Open(packet.Version, windowBytes: _random.Of([0, 0, 64]), isInline: _random.Is(30));
        ConnAckPacket answer = await connection.ConnectAsync(clientId, _ => packet);
        Assert.Equal(_model.Connect(clientId, connect), answer.SessionPresent);
        if (old is not null) await old.Connection.ExpectDisconnectAsync(ReasonCode.SessionTakenOver);
        _clients.Add(clientId, new ModelClient(clientId, connection, connect.Answers));
        await MaybeSettleAsync(clientId);
    }

    // Sometimes with last messages, which are handled although nobody waits for their acknowledgements.
    private async Task LeaveAsync(ModelClient client)
    {
        string clientId = client.ClientId;
        await CompareAsync(client);
        ModelSession session = _model.Find(clientId)!;
        ModelMessage[] last = [.. _random.Messages(clientId, client.IsV5, _model.Now)
            .Where(message => session.Subscriptions.Values.All(each => !each.Wants(message, clientId)))];
        bool isSaid = _random.Is(50);
        bool isWillWanted = !isSaid || (client.IsV5 && _random.Is(30));
        bool isSessionOver = isSaid && client.IsV5 && _random.Is(30);
        Note($"{clientId} leaves, DISCONNECT {isSaid}, will {isWillWanted}, session over {isSessionOver}, before {Join(last)}");
        foreach (ModelMessage message in last) _model.Publish(message);
        _model.Leave(clientId, isWillWanted, isSessionOver);
        _clients.Remove(clientId);
        var disconnect = new DisconnectPacket
        {
            ReasonCode = isWillWanted ? ReasonCode.DisconnectWithWillMessage : ReasonCode.Success,
            SessionExpiryIntervalSeconds = isSessionOver ? 0 : null,
        };
        await client.SendAsync(output =>
        {
            foreach (ModelMessage message in last) Write(output, client, message);
            if (isSaid) disconnect.Write(output, client.Connection.Version);
        });
        await (isSaid ? client.Connection.ExpectEndAsync() : client.Connection.BreakOffAsync());
        await MaybeSettleAsync();
    }

    private async Task PassTimeAsync(TestBroker broker)
    {
        await SettleAsync();
        Note($"{SecondsPerStep} seconds pass");
        broker.Advance(TimeSpan.FromSeconds(SecondsPerStep));
        _model.Advance(SecondsPerStep);
    }

    private async Task SubscribeAsync(ModelClient client)
    {
        SubscribePacket packet = _random.Subscribe(NextPacketId(), client.IsV5);
        string requests = Join(packet.Requests.Select(each => $"{each.Filter} {each.Options:x2}"));
        Note($"{client.ClientId} subscribes to {requests}, id {packet.SubscriptionId}");
        client.Expect(PacketType.SubAck, packet.PacketId);
        await client.Connection.SendAsync(packet);
        foreach (SubscriptionRequest each in packet.Requests)
        {
            var subscription = new ModelSubscription(
                each.Filter, each.Qos, each.NoLocal, each.RetainAsPublished, packet.SubscriptionId);
            _model.Subscribe(client.ClientId, subscription, each.RetainHandling);
        }
        await MaybeSettleAsync(client.ClientId);
    }

    private async Task UnsubscribeAsync(ModelClient client)
    {
        string filter = _random.Filter();
        Note($"{client.ClientId} unsubscribes from {filter}");
        ushort packetId = NextPacketId();
        client.Expect(PacketType.UnsubAck, packetId);
        await client.Connection.SendAsync(new UnsubscribePacket(packetId, [filter]));
        _model.Unsubscribe(client.ClientId, filter);
        await MaybeSettleAsync(client.ClientId);
    }

    private async Task PublishAsync(ModelClient client)
    {
        ModelMessage[] messages = _random.Messages(client.ClientId, client.IsV5, _model.Now);
        await SendAsync(client, messages);
        await MaybeSettleAsync(client.ClientId);
    }

    // At the same time: which of their messages were retained in the end would be open.
    private async Task PublishTogetherAsync()
    {
        foreach (ModelClient client in _clients.Values)
        {
            ModelMessage[] messages = _random.Messages(client.ClientId, client.IsV5, _model.Now);
            await SendAsync(client, [.. messages.Where(message => !message.Retain)]);
        }
        await SettleAsync();
    }

    private async Task SendAsync(ModelClient client, ModelMessage[] messages)
    {
        Note($"{client.ClientId} publishes {Join(messages)}");
        foreach (ModelMessage message in messages) _model.Publish(message);
        await client.SendAsync(output =>
        {
            foreach (ModelMessage message in messages)
            {
                ushort packetId = Write(output, client, message);
                if (packetId != 0) client.Expect(ModelClient.Answer(message.Qos), packetId);
            }
        });
    }

    private ushort Write(ArrayBufferWriter<byte> output, ModelClient client, ModelMessage message)
    {
        ushort packetId = message.Qos == QualityOfService.AtMostOnce ? (ushort)0 : NextPacketId();
        new OutgoingPublish(message.Topic, message.Payload, message.Qos)
        {
            PacketId = packetId,
            Retain = message.Retain,
            MessageExpirySeconds = message.ExpiresAt == long.MaxValue ? null : (uint)(message.ExpiresAt - _model.Now),
        }.Write(output, client.Connection.Version);
        return packetId;
    }

    // Most operations are compared at once. Some are only waited for, so that the next one meets clients that have not read.
    private async Task MaybeSettleAsync(string? actor = null)
    {
        if (_random.Is(70)) await SettleAsync();
        else if (actor is not null) await _clients[actor].PumpAsync();
    }

    // All read and answer at the same time. What is on its way after that comes before a second ping of its receiver.
    private async Task SettleAsync()
    {
        await Task.WhenAll(_clients.Values.Select(client => client.PumpAsync()));
        foreach (ModelClient client in _clients.Values) await CompareAsync(client);
    }

    private async Task CompareAsync(ModelClient client)
    {
        await client.PumpAsync();
        ModelDelivery[] owed = _model.Find(client.ClientId)!.Receive(_model.Now);
        string[] expected = Deliveries.InOwedOrder(owed.Select(each => Deliveries.AsSeen(each, client.IsV5, _model.Now)));
        string[] actual = Deliveries.InOwedOrder(client.TakeReceived());
        if (expected.SequenceEqual(actual)) return;
        throw new XunitException(
            $"{client.ClientId} received\n  {string.Join("\n  ", actual)}\nand is owed\n  {string.Join("\n  ", expected)}");
    }

    private void Note(string operation) => _history.Add($"{_history.Count + 1}. {operation}");

    private static string Join<T>(IEnumerable<T> values) => string.Join(", ", values);

    // Of the whole run: an unfinished QoS 2 flow of an earlier connection never meets another message with its packet id.
    private ushort NextPacketId() => ++_lastPacketId;
}
