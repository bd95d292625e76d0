namespace Broker.Cli;

/// <summary>The arguments of <c>broker db</c>.</summary>
internal sealed record DbArguments
{
    /// <summary>The first word; empty: there is none.</summary>
    public string Command { get; private init; } = "";

    /// <summary><c>-c</c>; null: none.</summary>
    public string? ConfigFile { get; private init; }

    /// <summary><c>--url</c>; null: none.</summary>
    public string? Url { get; private init; }

    /// <summary><c>--json</c>: the answer is for a program.</summary>
    public bool IsJson { get; private init; }

    /// <summary><c>-h</c>, or the word help.</summary>
    public bool IsHelp { get; private init; }

    /// <summary>The file that is written or read; null: standard output or input.</summary>
    public string? File { get; private init; }

    /// <summary>Reads them. Error is a sentence for standard error, or null.</summary>
    public static (DbArguments Arguments, string? Error) Parse(ReadOnlySpan<string> words)
    {
        DbArguments read = new();
        for (int i = 0; i < words.Length; i++)
        {
            string word = words[i];
            bool takesValue = word is "-c" or "--config-file" or "--url";
            if (takesValue && i + 1 == words.Length) return (read, $"Error: {word} argument given, but nothing behind it.");
            (read, string? error) = takesValue ? (read.With(word, words[++i]), null) : read.With(word);
            if (error is not null) return (read, error);
        }
        return (read, read.Wrong());
    }

    private DbArguments With(string option, string value) =>
        option == "--url" ? this with { Url = value } : this with { ConfigFile = value };

    private (DbArguments, string?) With(string word) => word switch
    {
        "-h" or "--help" or "help" when Command.Length == 0 || word != "help" => (this with { IsHelp = true }, null),
        "--json" => (this with { IsJson = true }, null),
        "-" when Command.Length > 0 && File is null => (this, null),
        ['-', ..] => (this, $"Error: Unknown option '{word}'."),
        _ when Command.Length == 0 => (this with { Command = word }, null),
        _ when File is null => (this with { File = word }, null),
        _ => (this, $"Error: '{word}' is one argument too many."),
    };

    private string? Wrong() => this switch
    {
        { IsHelp: true } => null,
        { Command: "" } => "Error: A command is missing.",
        { Command: not ("status" or "migrate" or "export" or "import" or "verify") } => $"Error: Unknown command '{Command}'.",
        { File: not null, Command: not ("export" or "import") } => $"Error: {Command} takes no file.",
        { IsJson: true, Command: not "status" } => "Error: --json is for status.",
        { Url: "" } => "Error: --url needs the location of a store.",
        _ => null,
    };
}
