using Broker.Configuration;
using Broker.Connections;
using Broker.Security;

namespace Broker.Hosting;

/// <summary>Reads the access lists again, and compares them with what is expected of them before they hold.</summary>
internal sealed class AccessReload(BrokerEngine engine) : IReloadable
{
    public PreparedReload? Prepare(BrokerOptions options, ReloadReport report)
    {
        AccessControlResult result = AccessControl.Load(options);
        report.Errors.AddRange(result.Errors.Select(static error => $"Error: {error}"));
        report.Warnings.AddRange(result.Warnings.Select(static warning => $"Warning: {warning}"));
        if (result.AccessControl is not { } access) return null;
        report.Errors.AddRange(AclTestFile.Check(options, access).Select(static failure => $"Error: {failure}"));
        return new PreparedReload(() => engine.Use(access));
    }
}
