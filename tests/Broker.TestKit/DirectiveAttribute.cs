namespace Broker.TestKit;

/// <summary>
/// Names a directive of mosquitto.conf whose effect a test shows as a client or an operator sees it: it fails in a broker that
/// reads the directive and does nothing.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class DirectiveAttribute(string name) : Attribute
{
    /// <summary>Its name in the directive table.</summary>
    public string Name { get; } = name;
}
