namespace Broker.IntegrationTests.RealClients;

/// <summary>
/// What each client program plays: its first argument, followed by the URL of a listener, the protocol version (3, 4 or 5), the
/// file of the certificate authority, and an id, with which all its client ids and topics begin. A program prints a line per
/// step and ends with <c>done</c> and status 0; what went wrong is on its standard error.
/// </summary>
internal static class Scenario
{
    /// <summary>
    /// Publishes to itself in every QoS, small and large, and compares each byte; a retained message; with 5.0 properties, a
    /// request and its response; a session that is left, gets 20 messages, and is resumed.
    /// </summary>
    public const string Flows = "flows";

    /// <summary>Connects with the will <c>ID/will</c>, says <c>connected</c>, and stays until it is killed.</summary>
    public const string Will = "will";

    /// <summary>
    /// A client publishes numbers to another, both with sessions that stay and the library's own reconnecting: QoS 2 and 1 in
    /// turn, ten at a time. It says <c>under way</c> when 100 are acknowledged, goes on until both have come back and 100 more
    /// are acknowledged, and then every number must have come, those of QoS 2 once.
    /// </summary>
    public const string Restart = "restart";

    /// <summary>The lines of <see cref="Flows"/>.</summary>
    public static IEnumerable<string> FlowLines(int version) =>
    [
        "connected",
        .. from bytes in (int[])[0, 5, 70_000, 1_048_576]
           from qos in (int[])[0, 1, 2]
           select $"echo {bytes} {qos}",
        "retained",
        .. version == 5 ? (string[])["properties"] : [],
        "session",
        "done",
    ];
}
