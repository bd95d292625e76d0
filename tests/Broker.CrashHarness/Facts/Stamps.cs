namespace Broker.CrashHarness.Facts;

/// <summary>
/// One logical clock for all clients: what has the lower number happened before. "Sent" is stamped before the bytes are
/// written, "acknowledged" after they were read.
/// </summary>
internal static class Stamps
{
    public const long Never = long.MaxValue;

    private static long _last;

    public static long Next() => Interlocked.Increment(ref _last);
}
