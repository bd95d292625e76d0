using Broker.CrashHarness.Clients;
using Broker.CrashHarness.Facts;
using Broker.CrashHarness.Plans;
using Broker.TestKit;
using Xunit.Sdk;

namespace Broker.CrashHarness.Runs;

/// <summary>What a client that comes anew finds retained, compared with what was acknowledged.</summary>
internal sealed class RetainedCheck(RunContext context, RunPlan plan)
{
    private const string ClientId = "newcomer";
    private const string WillTopics = "w/";

    /// <summary>Reads all retained messages and judges them.</summary>
    /// <param name="wills">
    /// The will that each topic of wills must hold; a later one that was allowed may have taken its place, and does so here.
    /// </param>
    public async Task RunAsync(IDictionary<string, string> wills)
    {
        try
        {
            Judge(await ReadAsync().ConfigureAwait(false), wills);
        }
        catch (Exception failure) when (failure is XunitException or IOException or System.Net.Sockets.SocketException)
        {
            context.Violations.Add("no retained messages", ClientId, failure.Message);
        }
    }

    private async Task<Dictionary<string, string>> ReadAsync()
    {
        Dictionary<string, string> found = [];
        await using TestClient client = await TestClient.OverTcpAsync(context.Port).ConfigureAwait(false);
        await client.ConnectAsync(ClientId).ConfigureAwait(false);
        foreach (string filter in (string[])["r/#", "x/#", WillTopics + "#"])
        {
            await client.SubscribeAsync(filter).ConfigureAwait(false);
            for (bool isQuiet = false; !isQuiet;) isQuiet = !await TakeUntilPongAsync(client, found).ConfigureAwait(false);
        }
        // It leaves without a word: a will whose owner is late may come any time, and there is nothing to wait for.
        return found;
    }

    /// <returns>Whether anything came before the answer to the PINGREQ.</returns>
    private async Task<bool> TakeUntilPongAsync(TestClient client, Dictionary<string, string> found)
    {
        bool hasSome = false;
        await client.PingAsync().ConfigureAwait(false);
        while (true)
        {
            object packet = await client.ReadAsync<object>().ConfigureAwait(false);
            if (packet is PingResponse) return hasSome;
            hasSome = true;
            if (packet is not ReceivedPublish publish) continue;
            if (!publish.Retain && publish.Topic.StartsWith(WillTopics, StringComparison.Ordinal))
            {
                // Published meanwhile: the machine is so busy that its owner did not come back in time.
                found[publish.Topic] = TextOf(publish);
                continue;
            }
            if (!publish.Retain) context.Violations.Add("not retained", ClientId, $"{publish.Topic} came without RETAIN");
            if (!found.TryAdd(publish.Topic, TextOf(publish)))
                context.Violations.Add("retained", ClientId, $"{publish.Topic} has two messages");
        }
    }

    private static string TextOf(ReceivedPublish publish) =>
        Payloads.TryRead(publish.Payload, out string publisher, out int number) ? $"{publisher} #{number}" : publish.Text;

    private void Judge(Dictionary<string, string> found, IDictionary<string, string> wills)
    {
        foreach (PublisherPlan publisher in plan.Publishers)
            foreach (string topic in (string[])[publisher.RetainedTopic, publisher.QuietTopic])
                Judge(topic, found.GetValueOrDefault(topic), publisher.ClientId);
        foreach ((string topic, string text) in wills.ToArray())
        {
            string? there = found.GetValueOrDefault(topic);
            if (there is not null && Wills.ConnectionOf(there) > Wills.ConnectionOf(text) && context.Wills.IsAllowed(there))
                wills[topic] = there;
            else if (there != text)
                context.Violations.Add("retained", text.Split(' ')[0], $"{topic} holds {there ?? "nothing"} instead of {text}");
        }
    }

    private void Judge(string topic, string? there, string publisher)
    {
        IReadOnlyList<SentMessage> candidates = context.Ledger.RetainedCandidates(topic);
        bool isEmptyRight = !candidates.Any(m => m.IsAcked) || candidates.Any(m => m.IsRemoval);
        bool isRight = there is null
            ? isEmptyRight
            : candidates.Any(m => !m.IsRemoval && $"{m.Publisher} #{m.Number}" == there);
        if (isRight) return;
        context.Violations.Add(
            "retained", publisher, $"{topic} holds {there ?? "nothing"} instead of {string.Join(" or ", candidates)}",
            candidates is [var first, ..] ? Words.Of(first) : null);
    }
}
