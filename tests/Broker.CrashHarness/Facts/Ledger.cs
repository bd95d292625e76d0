using System.Collections.Concurrent;

namespace Broker.CrashHarness.Facts;

/// <summary>Everything that publishers have sent. Safe from any thread.</summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<(string Publisher, int Number), SentMessage> _messages = new();

    public int Count => _messages.Count;

    public IEnumerable<SentMessage> All => _messages.Values;

    /// <summary>To be called before the first byte of the message is written.</summary>
    public void Add(SentMessage message) => _messages[(message.Publisher, message.Number)] = message;

    public SentMessage? Find(string publisher, int number) => _messages.GetValueOrDefault((publisher, number));

    /// <summary>What the retained message of a topic may be: the last one that was acknowledged, or one sent after it.</summary>
    public IReadOnlyList<SentMessage> RetainedCandidates(string topic)
    {
        SentMessage[] ofTopic = [.. All.Where(m => m.IsRetained && m.Topic == topic).OrderBy(m => m.Number)];
        int lastAcked = Array.FindLastIndex(ofTopic, m => m.IsAcked);
        return lastAcked < 0 ? ofTopic : ofTopic[lastAcked..];
    }
}
