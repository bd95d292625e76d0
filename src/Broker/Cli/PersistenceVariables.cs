using Broker.Configuration.Mosquitto;

namespace Broker.Cli;

/// <summary>What the environment says of where state is kept.</summary>
internal static class PersistenceVariables
{
    /// <summary>MOSQUITTO_PERSISTENCE_LOCATION; null: not set.</summary>
    public static string? Location =>
        Environment.GetEnvironmentVariable(CommandLineOverrides.PersistenceLocationVariable);

    /// <summary>Both, for reading a configuration.</summary>
    public static CommandLineOverrides Overrides => new() { PersistenceLocation = Location, PersistenceUrl = Url };

    /// <summary>BROKER_PERSISTENCE_URL; null: not set, or empty.</summary>
    public static string? Url =>
        Environment.GetEnvironmentVariable(CommandLineOverrides.PersistenceUrlVariable) is { Length: > 0 } url ? url : null;
}
