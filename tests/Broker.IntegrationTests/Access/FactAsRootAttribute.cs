namespace Broker.IntegrationTests.Access;

/// <summary>A test that takes on another account; skipped where the tests do not run as root.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactAsRootAttribute : FactAttribute
{
    public FactAsRootAttribute()
    {
        if (!Environment.IsPrivilegedProcess) Skip = "Only root can become another account.";
    }
}
