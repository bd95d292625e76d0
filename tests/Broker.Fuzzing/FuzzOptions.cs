using System.Globalization;

namespace Broker.Fuzzing;

/// <summary>What to run.</summary>
internal sealed record FuzzOptions
{
    public const string Usage =
        "[TARGET ...] [--seconds N] [--seed N] [--folder FOLDER] [--replay FILE] | --exchanges N [--seed N]";

    /// <summary>The names of targets; empty: all of them.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary>For all targets together.</summary>
    public int Seconds { get; init; } = 60;

    public int Seed { get; init; } = Random.Shared.Next(1, 1_000_000);

    /// <summary>Where new inputs and what was found are kept.</summary>
    public string Folder { get; init; } = "artifacts/fuzz";

    /// <summary>How many exchanges with a broker that runs; 0: none, readers are fed instead.</summary>
    public int Exchanges { get; init; }

    /// <summary>A file whose content is the only input; null: many are made.</summary>
    public string? Replay { get; init; }

    /// <summary>Reads a command line.</summary>
    /// <returns>Null, where it is none.</returns>
    public static FuzzOptions? Read(string[] arguments)
    {
        var options = new FuzzOptions();
        for (int i = 0; i < arguments.Length; i++)
        {
            string word = arguments[i];
            if (!word.StartsWith("--", StringComparison.Ordinal))
            {
                options = options with { Targets = [.. options.Targets, word] };
                continue;
            }
            if (++i == arguments.Length) return null;
            string value = arguments[i];
            bool isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
            switch (word)
            {
                case "--seconds" when isNumber: options = options with { Seconds = number }; break;
                case "--seed" when isNumber: options = options with { Seed = number }; break;
                case "--exchanges" when isNumber: options = options with { Exchanges = number }; break;
                case "--folder": options = options with { Folder = value }; break;
                case "--replay": options = options with { Replay = value }; break;
                default: return null;
            }
        }
        return options;
    }
}
