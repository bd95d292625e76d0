namespace Broker.CrashHarness;

/// <summary>Where the broker keeps its state.</summary>
internal enum StoreKind
{
    Sqlite,
    Postgres,
}

/// <summary>Who is killed.</summary>
public enum Victim
{
    /// <summary>A control: the harness must find nothing when nothing happens. The broker keeps its state in memory.</summary>
    Nobody,
    Broker,
    Database,
    Both,
}

/// <summary>What to run.</summary>
internal sealed record HarnessOptions
{
    /// <summary>How often something is killed and everything checked.</summary>
    public int Rounds { get; init; } = 50;

    public StoreKind Store { get; init; } = StoreKind.Sqlite;

    /// <summary>The plan of the first run; each further run takes the next number.</summary>
    public int Seed { get; init; } = Random.Shared.Next(1, 1_000_000);

    public Victim Kill { get; init; } = Victim.Broker;

    /// <summary>A program with its arguments up to the name of the configuration file; null: the broker that was built.</summary>
    public string? Command { get; init; }

    private const string Usage =
        "ROUNDS [--store sqlite|postgres] [--seed N] [--kill broker|database|both|nobody] [--command \"PROGRAM ARGUMENTS\"]";

    /// <summary>Reads a command line.</summary>
    /// <returns>Null and a word why, where it is none.</returns>
    public static HarnessOptions? Read(string[] arguments, out string error)
    {
        error = "";
        var options = new HarnessOptions();
        for (int i = 0; i < arguments.Length; i++)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            HarnessOptions? next = arguments[i] switch
            {
                "--store" when Enum.TryParse(value, ignoreCase: true, out StoreKind store) => options with { Store = store },
                "--kill" when Enum.TryParse(value, ignoreCase: true, out Victim victim) => options with { Kill = victim },
                "--seed" when int.TryParse(value, out int seed) => options with { Seed = seed },
                "--command" when value is not null => options with { Command = value },
                var rounds when int.TryParse(rounds, out int count) && count > 0 => options with { Rounds = count },
                _ => null,
            };
            if (next is null)
            {
                error = $"{arguments[i]} {value}? {Usage}";
                return null;
            }
            if (arguments[i].StartsWith("--", StringComparison.Ordinal)) i++;
            options = next;
        }
        return options;
    }
}
