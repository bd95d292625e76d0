using System.Globalization;

namespace Broker.Cli;

/// <summary>
/// The arguments of <c>broker ctl</c>: where the broker is, how to print, and a command with words and options of its own.
/// </summary>
internal sealed class CtlArguments
{
    private static readonly string[] Common =
        ["-c", "--config-file", "--url", "--token-file", "--cafile", "--output"];

    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _flags = new(StringComparer.Ordinal);

    private CtlArguments(string command, List<string> words) => (Command, Words) = (command, words);

    /// <summary>The first word; empty: there is none.</summary>
    public string Command { get; private set; }

    /// <summary>The words behind it.</summary>
    public List<string> Words { get; }

    /// <summary><c>--output json</c>.</summary>
    public bool IsJson => Value("--output") == "json";

    /// <summary>Reads them.</summary>
    /// <param name="arguments">What stands behind <c>ctl</c>.</param>
    /// <param name="takesValue">Options with a value of a command.</param>
    /// <param name="flags">Options without one.</param>
    /// <param name="error">A clause; null: there is nothing wrong.</param>
    public static CtlArguments Parse(
        string[] arguments, Func<string, string[]> takesValue, Func<string, string[]> flags, out string? error)
    {
        error = null;
        CtlArguments read = new("", []);
        bool areWords = false;
        for (int i = 0; i < arguments.Length && error is null; i++)
        {
            string word = arguments[i];
            if (areWords) read.AddWord(word);
            else if (word == "--") areWords = true;
            else if (Common.Contains(word) || takesValue(read.Command).Contains(word))
            {
                if (i + 1 == arguments.Length) error = $"{word} argument given, but nothing behind it.";
                else read.Add(word == "--config-file" ? "-c" : word, arguments[++i]);
            }
            else if (word == "--insecure" || flags(read.Command).Contains(word)) read._flags.Add(word);
            else if (word.StartsWith('-') && word.Length > 1) error = $"Unknown option '{word}'{Of(read.Command)}.";
            else read.AddWord(word);
        }
        if (error is null && read.Value("--output") is not (null or "table" or "json"))
            error = $"--output takes table or json, not '{read.Value("--output")}'.";
        return read;
    }

    /// <summary>The value of an option, the last one; null: it is not there.</summary>
    public string? Value(string option) => _values.TryGetValue(option, out List<string>? values) ? values[^1] : null;

    /// <summary>All values of an option.</summary>
    public IReadOnlyList<string> Values(string option) => _values.GetValueOrDefault(option) ?? [];

    /// <summary>Whether an option without a value is there.</summary>
    public bool Has(string flag) => _flags.Contains(flag);

    /// <summary>A number that is the value of an option.</summary>
    /// <param name="option">Which.</param>
    /// <param name="minimum">At least.</param>
    /// <param name="maximum">At most.</param>
    /// <param name="number">It; null: the option is not there.</param>
    /// <returns>What is wrong, a sentence; null: nothing.</returns>
    public string? TryNumber(string option, long minimum, long maximum, out long? number)
    {
        number = null;
        if (Value(option) is not { } text) return null;
        bool isNumber = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value);
        if (!isNumber || value < minimum || value > maximum)
            return $"{option} takes a number from {minimum} to {maximum}, not '{text}'.";
        number = value;
        return null;
    }

    private static string Of(string command) => command.Length == 0 ? "" : $" of {command}";

    private void AddWord(string word)
    {
        if (Command.Length == 0) Command = word;
        else Words.Add(word);
    }

    private void Add(string option, string value)
    {
        if (!_values.TryGetValue(option, out List<string>? values)) _values.Add(option, values = []);
        values.Add(value);
    }
}
