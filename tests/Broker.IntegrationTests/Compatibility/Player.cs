using System.Globalization;
using Broker.Protocol;

namespace Broker.IntegrationTests.Compatibility;

/// <summary>
/// Plays an exchange to one broker and writes down what came back, step by step. After each step every client that was
/// let in sends PINGREQ and reads until PINGRESP, so that all that the step led to is known to have come, without a pause.
/// <list type="bullet">
/// <item><c>cut</c>: the client's network is gone.</item>
/// <item><c>wait [3]</c>: it waits until it has heard so many packets, else one, or the end, joined steps included.</item>
/// <item><c>idle 1500</c>: it does nothing for so many milliseconds, and nobody is pinged meanwhile.</item>
/// <item><c>broker restart</c>: an orderly end, and a start with the same configuration.</item>
/// </list>
/// </summary>
internal sealed class Player : IAsyncDisposable
{
    private const byte PingRequest = 0xc0;

    private readonly PlayedBroker _broker;
    private readonly Pauses _pauses;
    private readonly Dictionary<string, PlayedClient> _clients = [];
    private readonly Dictionary<string, List<ushort>> _packetIds = [];
    private readonly List<(string Client, Answer Answer)> _heard = [];

    private Player(PlayedBroker broker, Pauses pauses)
    {
        _broker = broker;
        _pauses = pauses;
    }

    /// <summary>Plays it.</summary>
    /// <returns>For each step the lines of what was received, <c>a &lt; CONNACK ...</c>.</returns>
    public static async Task<IReadOnlyList<IReadOnlyList<string>>> PlayAsync(
        Exchange exchange, PlayedBroker broker, Pauses pauses)
    {
        await using var player = new Player(broker, pauses);
        List<IReadOnlyList<string>> steps = [];
        foreach ((int at, Step step) in exchange.Steps.Index())
        {
            await player.PlayAsync(step);
            bool goesOn = exchange.Steps.ElementAtOrDefault(at + 1) is { IsJoined: true };
            steps.Add(goesOn ? [] : player.Written());
        }
        return steps;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PlayedClient client in _clients.Values) await client.DisposeAsync();
    }

    private async Task PlayAsync(Step step)
    {
        if (step.Client == "broker")
        {
            await _broker.RestartAsync();
        }
        else if (await ClientOfAsync(step) is not { IsOver: false } client)
        {
            Hear(step.Client, Answer.Said("is not connected any more"));
            return;
        }
        else if (step.Verb == "wait")
        {
            await WaitAsync(client, step.Words.Count == 0 ? 1 : Number(step.Words[0].Value));
        }
        else if (step.Verb == "idle")
        {
            TimeSpan time = TimeSpan.FromMilliseconds(Number(step.Words[0].Value));
            await HearAllAsync(client, until: _ => false, time);
        }
        else
        {
            await ActAsync(client, step);
        }
        foreach (PlayedClient each in _clients.Values.OrderBy(each => each.Name != step.Client).ThenBy(each => each.Name))
            await FenceAsync(each);
    }

    /// <summary>The connection that a step is about, made where there is none yet, or for a new CONNECT.</summary>
    private async Task<PlayedClient> ClientOfAsync(Step step)
    {
        if (_clients.TryGetValue(step.Client, out PlayedClient? client))
        {
            if (!client.IsOver || step.Verb != "connect") return client;
            await client.DisposeAsync();
        }
        client = await PlayedClient.OpenAsync(step.Client, _broker.Port, StepPacket.VersionOf(step));
        return _clients[step.Client] = client;
    }

    private async Task ActAsync(PlayedClient client, Step step)
    {
        if (step.Verb == "cut")
        {
            client.Cut();
            client.IsIn = false;
            await HearAllAsync(client, until: _ => false, _pauses.Patience);
            return;
        }
        byte[] packet = StepPacket.Encode(step, client.Version, id => PacketIdOf(client.Name, id));
        if (packet.Length > 0 && packet[0] == PingRequest) client.Pings.Enqueue(true);
        await client.SendAsync(packet);
        if (step.Verb == "disconnect") client.IsIn = false;
        // Who is not let in cannot ask whether there is more. Whoever is let in has had the answer.
        // CONNECT and DISCONNECT lead to something in any case.
        TimeSpan patience = step.Verb is "connect" or "disconnect" ? _pauses.Patience : _pauses.Silence;
        if (!client.IsIn) await HearAllAsync(client, until: _ => client.IsIn, patience);
        // With a store behind it an acknowledgement may leave after the answer to a ping.
        else if (Acknowledgement(step) is { } type) await HearAllAsync(client, until: each => each.Type == type, _pauses.Silence);
    }

    private static PacketType? Acknowledgement(Step step) => step.Verb switch
    {
        "subscribe" => PacketType.SubAck,
        "unsubscribe" => PacketType.UnsubAck,
        "pubrec" => PacketType.PubRel,
        "pubrel" => PacketType.PubComp,
        "publish" when step.Words.Contains(new Word("qos", "1", false)) => PacketType.PubAck,
        "publish" when step.Words.Contains(new Word("qos", "2", false)) => PacketType.PubRec,
        _ => null,
    };

    private async Task WaitAsync(PlayedClient client, int count)
    {
        bool HasHeard() => _heard.Count(each => each.Client == client.Name) >= count;
        if (!HasHeard()) await HearAllAsync(client, until: _ => HasHeard(), _pauses.Patience);
    }

    /// <summary>Shows that all that was due to a client has come.</summary>
    private async Task FenceAsync(PlayedClient client)
    {
        if (!client.IsIn || client.IsOver) return;
        client.Pings.Enqueue(false);
        await client.SendAsync([PingRequest, 0]);
        await HearAllAsync(client, until: _ => client.Pings.Count == 0, _pauses.Patience);
        if (client.IsOver || client.Pings.Count == 0) return;
        Hear(client.Name, Answer.Said("PINGREQ is not answered"));
        client.IsIn = false;
    }

    private async Task HearAllAsync(PlayedClient client, Predicate<Answer> until, TimeSpan patience)
    {
        while (await client.TryReadAsync(patience) is { } answer)
        {
            if (answer.Type == PacketType.ConnAck && !answer.IsRefusal) client.IsIn = true;
            bool isFence = answer.Type == PacketType.PingResp && client.Pings.TryDequeue(out bool isAsked) && !isAsked;
            bool isOwnEnd = client.IsOver && client.IsCut;
            if (!isFence && !isOwnEnd) Hear(client.Name, answer);
            if (client.IsOver || until(answer)) return;
        }
    }

    private void Hear(string client, Answer answer) => _heard.Add((client, answer));

    /// <summary>
    /// What was heard since the last time. Packets that may pass each other are in one order: by client, first what is no
    /// PUBLISH, then each topic's; packet ids that a broker chose are counted by client.
    /// </summary>
    private List<string> Written()
    {
        List<string> lines =
        [
            .. from heard in _heard
               orderby heard.Client, heard.Answer == Answer.End, heard.Answer.Type == PacketType.Publish,
                   heard.Answer.Topic
               select $"{heard.Client} < {WithPacketId(heard.Client, heard.Answer)}",
        ];
        _heard.Clear();
        return lines;
    }

    private string WithPacketId(string client, Answer answer)
    {
        if (answer.BrokerPacketId == 0) return answer.Text;
        if (!_packetIds.TryGetValue(client, out List<ushort>? ids)) _packetIds.Add(client, ids = []);
        if (!ids.Contains(answer.BrokerPacketId)) ids.Add(answer.BrokerPacketId);
        return answer.Text.Replace(Answer.IdMark, $"#{ids.IndexOf(answer.BrokerPacketId) + 1}", StringComparison.Ordinal);
    }

    /// <summary>A packet id of the script: a number, or <c>#2</c> for the second one that the broker chose.</summary>
    private ushort PacketIdOf(string client, string name)
    {
        if (name[0] != '#') return ushort.Parse(name, CultureInfo.InvariantCulture);
        List<ushort> ids = _packetIds.GetValueOrDefault(client, []);
        // A broker that sent less than the other one is told of a packet id that it does not know.
        return ids.ElementAtOrDefault(Number(name[1..]) - 1) is > 0 and var id ? id : ushort.MaxValue;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
