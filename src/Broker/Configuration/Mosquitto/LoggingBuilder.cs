using System.Collections.Immutable;

namespace Broker.Configuration.Mosquitto;

/// <summary>Logging options while the file is read: destinations and types add up, and <c>none</c> clears.</summary>
internal sealed class LoggingBuilder
{
    private readonly List<LogDestination> _destinations = [];
    private bool _destinationsGiven;
    private LogTypes? _types;

    /// <summary>Everything that does not add up.</summary>
    public LoggingOptions Options { get; set; } = new();

    /// <summary>Whether a <c>log_dest file</c> was given; a second one is an error even after <c>none</c>.</summary>
    public bool HasFile { get; private set; }

    /// <summary>Adds a destination.</summary>
    public void Add(LogDestination destination)
    {
        _destinationsGiven = true;
        HasFile |= destination.Kind == LogDestinationKind.File;
        if (!_destinations.Contains(destination)) _destinations.Add(destination);
    }

    /// <summary><c>log_dest none</c>.</summary>
    public void ClearDestinations()
    {
        _destinationsGiven = true;
        _destinations.Clear();
    }

    /// <summary>Adds kinds of lines; <see cref="LogTypes.None"/> clears.</summary>
    public void Add(LogTypes types) => _types = types == LogTypes.None ? types : (_types ?? LogTypes.None) | types;

    /// <summary>The options with what the command line says on top.</summary>
    public LoggingOptions Build(CommandLineOverrides overrides)
    {
        LogTypes types = overrides.IsQuiet ? LogTypes.None : overrides.IsVerbose ? LogTypes.All : _types ?? Options.Types;
        ImmutableArray<LogDestination> destinations = _destinationsGiven ? [.. _destinations] : Options.Destinations;
        return Options with { Types = types, Destinations = destinations };
    }
}
