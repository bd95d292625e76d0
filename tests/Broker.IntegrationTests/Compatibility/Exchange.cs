namespace Broker.IntegrationTests.Compatibility;

/// <summary>What a few clients say to a broker, line by line.</summary>
/// <param name="Id">A short name, unique among all exchanges.</param>
/// <param name="Title">What it is about, in a sentence.</param>
/// <param name="Steps">Its lines, in order.</param>
internal sealed record Exchange(string Id, string Title, IReadOnlyList<Step> Steps);

/// <summary>One line of an exchange.</summary>
/// <param name="Client">The client that acts; <c>broker</c> for what is done to the broker.</param>
/// <param name="Verb">What it does: a packet, or one of the verbs of <see cref="Player"/>.</param>
/// <param name="Words">What follows.</param>
/// <param name="IsJoined">Its answers are told together with those of the step before, whichever came first.</param>
/// <param name="Text">The line as it stands in the file.</param>
/// <param name="Place">File and line, for messages.</param>
internal sealed record Step(string Client, string Verb, IReadOnlyList<Word> Words, bool IsJoined, string Text, string Place)
{
    /// <summary>The part behind client and verb, not divided.</summary>
    public string Rest => Text.TrimStart('&').Split(' ', 3, StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(2) ?? "";

    public FormatException Wrong(string what) => new($"{Place}: {what}: {Text}");
}

/// <summary>A word of a line: <c>value</c> or <c>key=value</c>.</summary>
/// <param name="Key">Empty where there is none.</param>
/// <param name="Value">Without its quotes.</param>
/// <param name="IsQuoted">It begins with a quote, so that it is never a flag.</param>
internal readonly record struct Word(string Key, string Value, bool IsQuoted);
