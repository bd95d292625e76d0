namespace Broker.CrashHarness.Facts;

/// <summary>The latest packets of one client, for the report of a failure. Used under the client's lock.</summary>
internal sealed class PacketHistory(TimeProvider time, long startedAt)
{
    private const int Kept = 4_000;

    private readonly Queue<(TimeSpan At, string Arrow, string Text)> _packets = new();

    public void Sent(string packet) => Add("->", packet);

    public void Received(string packet) => Add("<-", packet);

    /// <summary>What is no packet: connected, closed, killed.</summary>
    public void Note(string text) => Add("--", text);

    /// <summary>Lines that contain a word, with the notes between them, then the latest lines of all.</summary>
    public IEnumerable<string> Lines(string? about, int latest)
    {
        string[] lines = [.. _packets.Select(Line)];
        if (about is not null)
        {
            foreach (string line in lines.Where(l => l.Contains(about, StringComparison.Ordinal)).TakeLast(latest))
                yield return line;
            yield return "...";
        }
        foreach (string line in lines.TakeLast(latest)) yield return line;
    }

    private static string Line((TimeSpan At, string Arrow, string Text) entry) =>
        $"{entry.At.TotalSeconds,9:F4} {entry.Arrow} {entry.Text}";

    private void Add(string arrow, string text)
    {
        if (_packets.Count == Kept) _packets.Dequeue();
        _packets.Enqueue((time.GetElapsedTime(startedAt), arrow, text));
    }
}
