using System.Text;
using Broker.Protocol.Topics;

namespace Broker.Fuzzing.Targets;

/// <summary>A filter and a topic, with a line break between: they match when the words of the specification say so.</summary>
internal static class FilterTarget
{
    public static FuzzTarget Create() => new(
        "filters",
        EscapedText.ReadAll("a", "/", "+", "#", "a/b", "+/", "/#", "$SYS", "$share/g/", @"\n", "//"),
        Read);

    private static void Read(byte[] input)
    {
        string[] parts = Encoding.UTF8.GetString(input).Split('\n');
        string filter = parts[0], topic = parts[^1];
        bool isFilter = TopicFilter.IsValid(filter), isTopic = TopicName.IsValid(topic);
        if (isTopic) BrokenException.Unless(!topic.AsSpan().ContainsAny('+', '#'), "a topic with wildcards");
        if (!isFilter || !isTopic || filter.StartsWith("$share/", StringComparison.Ordinal)) return;
        bool matches = TopicFilter.Matches(filter, topic);
        BrokenException.Unless(matches == Matches(filter.Split('/'), topic.Split('/')), "it matches otherwise");
    }

    // MQTT 5.0 section 4.7, as it is written.
    private static bool Matches(string[] filter, string[] topic)
    {
        if (filter[0] is "+" or "#" && topic[0].StartsWith('$')) return false;
        for (int i = 0; i < filter.Length; i++)
        {
            if (filter[i] == "#") return true;
            if (i >= topic.Length || (filter[i] != "+" && filter[i] != topic[i])) return false;
        }
        return filter.Length == topic.Length;
    }
}
