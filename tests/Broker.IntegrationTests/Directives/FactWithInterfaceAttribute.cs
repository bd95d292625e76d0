using System.Net.NetworkInformation;

namespace Broker.IntegrationTests.Directives;

/// <summary>
/// A test that needs an interface beside the loopback one, both of them up; skipped, with the reason, on a machine without.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactWithInterfaceAttribute : FactAttribute
{
    public FactWithInterfaceAttribute()
    {
        if (Outward is null) Skip = "This machine has no interface but the loopback one that is up.";
        else if (Loopback is null) Skip = "This machine has no loopback interface that is up.";
    }

    /// <summary>The name of one that is up and is not the loopback one; null: there is none.</summary>
    public static string? Outward { get; } = Find(static kind => kind != NetworkInterfaceType.Loopback);

    /// <summary>The name of the loopback one; null: there is none.</summary>
    public static string? Loopback { get; } = Find(static kind => kind == NetworkInterfaceType.Loopback);

    private static string? Find(Predicate<NetworkInterfaceType> isMeant) => NetworkInterface.GetAllNetworkInterfaces()
        .FirstOrDefault(one => isMeant(one.NetworkInterfaceType)
            && (one.OperationalStatus == OperationalStatus.Up || one.NetworkInterfaceType == NetworkInterfaceType.Loopback))
        ?.Name;
}
