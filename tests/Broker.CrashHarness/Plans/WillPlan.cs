using Broker.Protocol;

namespace Broker.CrashHarness.Plans;

/// <summary>What one client with a will is like during a run. All wills have QoS 2 and are retained.</summary>
/// <param name="ClientId">Client identifier.</param>
/// <param name="Version">Protocol version.</param>
/// <param name="DelaySeconds">5.0: Will Delay Interval.</param>
internal sealed record WillPlan(string ClientId, ProtocolVersion Version, uint DelaySeconds)
{
    public string Topic => $"w/{ClientId}";

    public static WillPlan Choose(int index, Random random)
    {
        bool isV5 = index % 2 == 0;
        return new WillPlan(
            $"w{index}", isV5 ? ProtocolVersion.Mqtt50 : ProtocolVersion.Mqtt311, isV5 ? (uint)random.Next(0, 2) : 0);
    }

    public override string ToString() => $"{ClientId} {Version} will delay {DelaySeconds} s";
}
