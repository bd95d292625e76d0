using System.Globalization;

namespace Broker.Soak;

/// <summary>What to run.</summary>
internal sealed record SoakOptions
{
    public TimeSpan Duration { get; init; } = TimeSpan.FromHours(2);

    /// <summary>Clients that live at once.</summary>
    public int Clients { get; init; } = 50;

    /// <summary>Steps that each of them takes a second.</summary>
    public int StepsPerSecond { get; init; } = 10;

    /// <summary>Between two looks at the process.</summary>
    public TimeSpan SampleEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Within it a new client must have its own message back.</summary>
    public TimeSpan WaitMax { get; init; } = TimeSpan.FromSeconds(1);

    public int Seed { get; init; } = Random.Shared.Next(1, 1_000_000);

    /// <summary>Where the picture goes, SVG; null: nowhere.</summary>
    public string? Plot { get; init; }

    private const string Usage = "[--minutes N] [--clients N] [--steps PER_SECOND] [--seed N] [--plot FILE.svg]";

    /// <summary>Reads a command line.</summary>
    /// <returns>Null and a word why, where it is none.</returns>
    public static SoakOptions? Read(string[] arguments, out string error)
    {
        error = "";
        var options = new SoakOptions();
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            bool isNumber = int.TryParse(value, CultureInfo.InvariantCulture, out int number) && number > 0;
            SoakOptions? next = arguments[i] switch
            {
                "--minutes" when isNumber => options with { Duration = TimeSpan.FromMinutes(number) },
                "--clients" when isNumber => options with { Clients = number },
                "--steps" when isNumber => options with { StepsPerSecond = number },
                "--seed" when isNumber => options with { Seed = number },
                "--plot" when value is not null => options with { Plot = value },
                _ => null,
            };
            if (next is null)
            {
                error = $"{arguments[i]} {value}? {Usage}";
                return null;
            }
            options = next;
        }
        return options;
    }
}
