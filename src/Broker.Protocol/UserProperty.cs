namespace Broker.Protocol;

/// <summary>
/// A User Property of 5.0: a name and a value; names may repeat and the order counts (MQTT 5.0 section 2.2.2.2).
/// </summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value.</param>
public readonly record struct UserProperty(string Name, string Value);
