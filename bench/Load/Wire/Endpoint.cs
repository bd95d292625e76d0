namespace Load.Wire;

/// <summary>What carries MQTT.</summary>
internal enum Transport
{
    Tcp,
    Tls,
    WebSocket,
}

/// <summary>Where to connect to.</summary>
/// <param name="Port">The port on 127.0.0.1.</param>
/// <param name="Transport">What is spoken there.</param>
/// <param name="Source">From 127.0.0.SOURCE: an address has about 28,000 ports to connect from. 0: as it comes.</param>
internal readonly record struct Endpoint(int Port, Transport Transport, int Source = 0);
