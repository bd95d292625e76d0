using System.Globalization;

namespace Broker.EndToEndTests.Crash;

/// <summary>How many rounds the build machine plays; BROKER_CRASH_ROUNDS in the environment takes the place of each.</summary>
internal static class CrashRounds
{
    public const int OfSqlite = 50;
    public const int BrokerOfPostgres = 10;
    public const int DatabaseOfPostgres = 5;
    public const int BothOfPostgres = 10;

    public static int Or(int rounds) =>
        int.TryParse(Environment.GetEnvironmentVariable("BROKER_CRASH_ROUNDS"), CultureInfo.InvariantCulture, out int wanted)
            ? wanted
            : rounds;
}
