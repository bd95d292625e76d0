namespace Broker.TestKit;

/// <summary>Names the normative statement of the specification that a test shows, for example <c>MQTT-3.1.0-2</c>.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class SpecAttribute(string statement) : Attribute
{
    /// <summary>The statement's label, without brackets.</summary>
    public string Statement { get; } = statement;
}
