namespace Broker.IntegrationTests.Compatibility;

/// <summary>How long a player waits. Only what does not come costs this time.</summary>
/// <param name="Silence">For an answer to somebody who is not let in yet, who cannot ask whether there is more.</param>
/// <param name="Patience">For what the exchange says will come.</param>
internal readonly record struct Pauses(TimeSpan Silence, TimeSpan Patience)
{
    /// <summary>On a machine that has nothing else to do. mosquitto looks for silent clients every five seconds.</summary>
    public static readonly Pauses Short = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(10));

    /// <summary>For exchanges whose outcome is not what it should be: perhaps the machine was busy.</summary>
    public static readonly Pauses Long = new(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(20));
}
