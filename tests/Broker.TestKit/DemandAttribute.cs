namespace Broker.TestKit;

/// <summary>
/// Names a fault of another broker that a test shows this one not to have, for example <c>A3</c>: a row of
/// tests/Broker.ConformanceTests/Spec/demands.txt.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class DemandAttribute(string row) : Attribute
{
    /// <summary>The row: a letter and a number.</summary>
    public string Row { get; } = row;
}
