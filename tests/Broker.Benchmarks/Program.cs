using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Broker.Benchmarks.Allocations;

namespace Broker.Benchmarks;

/// <summary>Times of the steps of a message for people to read, and what they may allocate, which is checked.</summary>
public static class Program
{
    // What is timed is built anew, the broker with it: a busy machine takes longer than the two minutes that are the default.
    private static readonly TimeSpan BuildTimeout = TimeSpan.FromMinutes(15);

    private static int Main(string[] args)
    {
        if (args is ["allocations", .. string[] options]) return CheckAllocations(options);
        IConfig config = DefaultConfig.Instance.AddDiagnoser(MemoryDiagnoser.Default).WithBuildTimeout(BuildTimeout);
        IEnumerable<Summary> summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
        bool hasFailed = summaries.Any(static summary => summary.Reports.Any(static report => !report.Success));
        return hasFailed ? AllocationCheck.Failed : AllocationCheck.Passed;
    }

    private static int CheckAllocations(string[] options)
    {
        if (options is not ([] or ["--update"]))
        {
            Console.Error.WriteLine("Broker.Benchmarks: allocations takes --update and nothing else");
            return AllocationCheck.Misused;
        }
#if DEBUG
        Console.Error.WriteLine("Broker.Benchmarks: a debug build allocates what a release does not; use -c Release");
        return AllocationCheck.Misused;
#else
        var check = new AllocationCheck(CeilingFile.OfRepository(), Console.Out);
        return check.Run(MeasuredMethods.In(typeof(Program).Assembly), isUpdate: options.Length > 0);
#endif
    }
}
