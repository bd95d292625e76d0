using System.Buffers;

namespace Broker.Protocol.Topics;

/// <summary>The name that a message is published under (MQTT 5.0 section 4.7).</summary>
public static class TopicName
{
    // Printable ASCII but for + and #: what nearly every topic is made of, so that one vectorised pass decides.
    private static readonly SearchValues<byte> Plain =
        SearchValues.Create([.. Utf8Rules.Printable.Except("+#").Select(c => (byte)c)]);

    /// <summary>True for a topic name: not empty, no wildcard, a valid string of at most 65,535 bytes.</summary>
    /// <param name="utf8">The name without a length prefix.</param>
    public static bool IsValid(ReadOnlySpan<byte> utf8) =>
        utf8.Length is > 0 and <= ushort.MaxValue
        && (utf8.IndexOfAnyExcept(Plain) < 0 || (!HasWildcard(utf8) && Utf8Rules.IsValid(utf8)));

    /// <summary>True for a topic name: not empty, no wildcard, a valid string of at most 65,535 bytes.</summary>
    /// <param name="topic">The name.</param>
    public static bool IsValid(ReadOnlySpan<char> topic) =>
        !topic.IsEmpty && !topic.ContainsAny('+', '#') && Utf8Rules.IsValid(topic);

    /// <summary>The rule that a name of one byte or more breaks, or null.</summary>
    internal static Fault? Check(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IndexOfAnyExcept(Plain) < 0)
        {
            return null;
        }

        return Utf8Rules.Check(utf8) ?? (HasWildcard(utf8) ? Faults.TopicNameWithWildcard : null);
    }

    private static bool HasWildcard(ReadOnlySpan<byte> utf8) => utf8.ContainsAny((byte)'+', (byte)'#');
}
