using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Starting;

/// <summary>A test that needs one certain port; skipped, with the reason, where somebody else has it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactWithPortAttribute : FactAttribute
{
    public FactWithPortAttribute(int port)
    {
        Port = port;
        if (!FreePorts.IsFree(port)) Skip = $"Port {port} of this machine is taken by another program.";
    }

    public int Port { get; }
}
