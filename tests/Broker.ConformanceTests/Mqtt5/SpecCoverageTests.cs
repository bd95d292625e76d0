using System.Globalization;
using System.Reflection;
using Broker.TestKit;

namespace Broker.ConformanceTests.Mqtt5;

/// <summary>
/// Every normative statement of MQTT 5.0 that binds a server has a test that names it. Left out: what binds clients only; parts
/// that the broker does not have (enhanced authentication, reason strings and user properties on other packets than
/// DISCONNECT); transports (chapters 4.2 and 6), which need sockets.
/// </summary>
public sealed class SpecCoverageTests
{
    /// <summary>Section, then numbers of its statements.</summary>
    private static readonly string[] Binding =
    [
        "1.5.4: 1-3", "1.5.5: 1", "1.5.7: 1", "2.1.3: 1", "2.2.1: 2-6", "2.2.2: 1",
        "3.1.0: 1-2", "3.1.2: 1-19 22-29", "3.1.3: 1-12", "3.1.4: 1-6",
        "3.2.0: 1-2", "3.2.2: 1-3 6-10 12-13 16 22",
        "3.3.1: 1-13", "3.3.2: 1-9 11-20", "3.3.4: 1-7 9-10",
        "3.4.2: 1", "3.5.2: 1", "3.6.1: 1", "3.6.2: 1", "3.7.2: 1",
        "3.8.1: 1", "3.8.3: 1-5", "3.8.4: 1-8", "3.9.3: 1-2",
        "3.10.1: 1", "3.10.3: 1-2", "3.10.4: 1-6", "3.11.3: 1-2", "3.12.4: 1",
        "3.14.0: 1", "3.14.1: 1", "3.14.2: 1-3", "3.14.4: 1-3", "3.15.1: 1",
        "4.1.0: 1-2", "4.3.1: 1", "4.3.2: 1-5", "4.3.3: 1-13", "4.4.0: 1-2", "4.5.0: 1", "4.6.0: 1-6",
        "4.7.0: 1", "4.7.1: 1-2", "4.7.2: 1", "4.7.3: 1-4", "4.8.2: 1-6", "4.9.0: 1-3",
        "4.12.0: 1 6", "4.13.1: 1", "4.13.2: 1",
    ];

    [Fact]
    public void Statements_BindingAServer_AllHaveATest()
    {
        HashSet<string> shown = [.. typeof(SpecCoverageTests).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(SpecCoverageTests).Namespace)
            .SelectMany(type => type.GetMethods())
            .SelectMany(method => method.GetCustomAttributes<SpecAttribute>())
            .Select(spec => spec.Statement)];
        Assert.Equal([], Binding.SelectMany(Statements).Except(shown));
    }

    private static IEnumerable<string> Statements(string line)
    {
        string[] parts = line.Split(": ");
        foreach (string range in parts[1].Split(' '))
        {
            int[] ends = [.. range.Split('-').Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
            for (int number = ends[0]; number <= ends[^1]; number++) yield return $"MQTT-{parts[0]}-{number}";
        }
    }
}
