namespace Broker.Benchmarks.Allocations;

/// <summary>
/// Counts the bytes that a benchmark allocates on this thread. The runtime counts them to the byte, so nothing here depends on
/// how fast the machine is or on what else it does.
/// </summary>
internal static class AllocationMeter
{
    /// <summary>Calls before it counts: caches fill, queues and pools reach their size.</summary>
    private const int WarmUpCalls = 500;

    private const int Calls = 1000;

    /// <summary>A collection may empty a pool of the framework's in one of these runs, hardly in all.</summary>
    private const int Runs = 3;

    /// <summary>Bytes per operation in the run that allocated least; a fraction counts as one more.</summary>
    public static long Measure(MeasuredMethod method)
    {
        try
        {
            Repeat(method.Call, WarmUpCalls);
            long least = long.MaxValue;
            for (int run = 0; run < Runs; run++) least = Math.Min(least, Repeat(method.Call, Calls));
            long operations = (long)Calls * method.OperationsPerCall;
            return (least + operations - 1) / operations;
        }
        finally
        {
            method.CleanUp();
        }
    }

    private static long Repeat(Func<int> call, int count)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < count; i++) call();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
