namespace Broker.Cli;

/// <summary>How findings are written.</summary>
internal enum FindingsFormat
{
    /// <summary><c>FILE:LINE:COLUMN: severity: text</c>, for people and editors.</summary>
    Text,
    /// <summary>One JSON object.</summary>
    Json,
    /// <summary>SARIF 2.1.0, for code scanning.</summary>
    Sarif,
}

/// <summary>The arguments of <c>broker check-config</c> and <c>broker explain</c>.</summary>
internal sealed record CheckConfigArguments
{
    /// <summary><c>-c</c>; null: none.</summary>
    public string? ConfigFile { get; private init; }

    /// <summary><c>--format</c>. Default text.</summary>
    public FindingsFormat Format { get; private init; }

    /// <summary><c>--strict</c>: warnings count as a failure.</summary>
    public bool IsStrict { get; private init; }

    /// <summary><c>--listener PORT</c>; null: all.</summary>
    public int? Port { get; private init; }

    /// <summary>Words that are no options.</summary>
    public IReadOnlyList<string> Words { get; private init; } = [];

    /// <summary>Reads them. Error is a sentence for standard error, or null.</summary>
    public static (CheckConfigArguments Arguments, string? Error) Parse(ReadOnlySpan<string> words)
    {
        CheckConfigArguments read = new();
        List<string> plain = [];
        for (int i = 0; i < words.Length; i++)
        {
            string word = words[i];
            if (word is "-c" or "--config-file" or "--format" or "--listener")
            {
                if (i + 1 == words.Length) return (read, $"Error: {word} argument given, but nothing behind it.");
                (read, string? error) = read.With(word, words[++i]);
                if (error is not null) return (read, error);
            }
            else if (word == "--strict") read = read with { IsStrict = true };
            // A lone dash stands for no user name.
            else if (word.StartsWith('-') && word.Length > 1) return (read, $"Error: Unknown option '{word}'.");
            else plain.Add(word);
        }
        return (read with { Words = plain }, null);
    }

    private (CheckConfigArguments, string?) With(string option, string value)
    {
        switch (option)
        {
            case "--format":
                return Enum.TryParse(value, ignoreCase: true, out FindingsFormat format) && Enum.IsDefined(format)
                    ? (this with { Format = format }, null)
                    : (this, $"Error: --format takes text, json or sarif, not '{value}'.");
            case "--listener":
                return int.TryParse(value, out int port)
                    ? (this with { Port = port }, null)
                    : (this, $"Error: --listener takes a port, not '{value}'.");
            default:
                return (this with { ConfigFile = value }, null);
        }
    }
}
