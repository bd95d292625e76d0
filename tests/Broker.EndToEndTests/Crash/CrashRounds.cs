using System.Globalization;

namespace Broker.EndToEndTests.Crash;

/// <summary>How many rounds the build machine plays; BROKER_CRASH_ROUNDS in the environment takes their place.</summary>
internal static class CrashRounds
{
    public static int OnSqlite => FromEnvironment ?? 50;

    public static int OnPostgres => FromEnvironment ?? 25;

    private static int? FromEnvironment =>
        int.TryParse(Environment.GetEnvironmentVariable("BROKER_CRASH_ROUNDS"), CultureInfo.InvariantCulture, out int rounds)
            ? rounds
            : null;
}
