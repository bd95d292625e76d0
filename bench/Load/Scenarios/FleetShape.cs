using System.Globalization;
using System.Security.Cryptography;
using Load.Options;

namespace Load.Scenarios;

/// <summary>How many there are of each, and the name that keeps this run's sessions and topics apart from others.</summary>
internal sealed record FleetShape
{
    public required string Run { get; init; }

    public required int Publishers { get; init; }

    public required int Subscribers { get; init; }

    public required int Topics { get; init; }

    public required int Window { get; init; }

    public Layout Layout { get; init; }

    /// <summary>Filters of a subscriber, with <see cref="Layout.Wildcards"/>.</summary>
    public int FiltersEach { get; init; } = 1;

    /// <summary>
    /// A window counts messages until all receivers have them, not only until they are acknowledged.
    /// </summary>
    public bool IsClosedLoop { get; init; }

    /// <summary>Messages are retained.</summary>
    public bool IsRetained { get; init; }

    /// <summary>The shape that the options ask for, with the scenario's defaults.</summary>
    public static FleetShape Of(LoadOptions options, int publishers, int subscribers, int window)
    {
        int actual = options.Subscribers ?? subscribers;
        return new FleetShape
        {
            Run = "load" + RandomNumberGenerator.GetHexString(6, lowercase: true),
            Publishers = options.Publishers ?? publishers,
            Subscribers = actual,
            Topics = options.Topics ?? Math.Max(1, actual),
            Window = options.Window ?? window,
        };
    }

    public string TopicOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{Run}/t{number}");
}
