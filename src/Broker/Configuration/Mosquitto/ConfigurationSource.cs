namespace Broker.Configuration.Mosquitto;

/// <summary>Where the options came from, so that they can be read again.</summary>
/// <param name="File">The file of <c>-c</c>; null: none.</param>
/// <param name="Overrides">What the command line and the environment said.</param>
internal sealed record ConfigurationSource(string? File, CommandLineOverrides Overrides)
{
    /// <summary>What it said when the broker was started; null: it is read again for who asks.</summary>
    public ConfigurationResult? AtStart { get; init; }

    /// <summary>Reads everything, now.</summary>
    public ConfigurationResult Read() => MosquittoConfiguration.Load(File, Overrides);
}
