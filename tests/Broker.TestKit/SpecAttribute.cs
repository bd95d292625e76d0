namespace Broker.TestKit;

/// <summary>
/// Names the normative statement of the specification that a test shows, for example <c>MQTT-3.1.0-2</c>. Both standards
/// number alike and mean different things: outside of the folders Mqtt3 and Mqtt5 the version says which one is meant, unless
/// they agree.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class SpecAttribute(string statement, string? version = null) : Attribute
{
    /// <summary>The statement's label, without brackets; tests/Broker.ConformanceTests/Spec lists them.</summary>
    public string Statement { get; } = statement;

    /// <summary>The standard, 3.1.1 or 5.0; null where the folder says it or both demand the same.</summary>
    public string? Version { get; } = version;
}
