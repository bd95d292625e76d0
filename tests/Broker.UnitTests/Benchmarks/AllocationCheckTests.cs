using Broker.Benchmarks.Allocations;
using Broker.TestKit.Processes;

namespace Broker.UnitTests.Benchmarks;

/// <summary>The check of the allocation ceilings can fail.</summary>
public sealed class AllocationCheckTests : IDisposable
{
    // What a static field refers to cannot live on the stack.
    private static byte[]? _kept;

    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();

    private readonly MeasuredMethod _allocating = Method("Step.Allocating", static () => (_kept = new byte[100]).Length);
    private readonly MeasuredMethod _frugal = Method("Step.Frugal", static () => 1);

    [Fact]
    public void What_allocates_is_above_a_ceiling_of_zero()
    {
        int status = Run("""{ "Step.Allocating": 0, "Step.Frugal": 0 }""");

        Assert.Equal(AllocationCheck.Failed, status);
        Assert.Contains("Step.Allocating allocates 128 bytes per operation, its ceiling is 0.", Lines());
        Assert.DoesNotContain(Lines(), line => line.StartsWith("Step.Frugal", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_at_its_ceiling_passes()
    {
        int status = Run("""{ "Step.Allocating": 128, "Step.Frugal": 0 }""");

        Assert.Equal(AllocationCheck.Passed, status);
        Assert.Contains("2 benchmarks measured, 0 ceilings broken", Lines());
    }

    [Fact]
    public void What_is_below_its_ceiling_passes_and_is_told()
    {
        int status = Run("""{ "Step.Allocating": 129, "Step.Frugal": 0 }""");

        Assert.Equal(AllocationCheck.Passed, status);
        Assert.Contains("Step.Allocating allocates 128 bytes per operation, less than its ceiling of 129.", Lines());
    }

    [Fact]
    public void A_benchmark_without_a_ceiling_fails()
    {
        int status = Run("""{ "Step.Allocating": 128 }""");

        Assert.Equal(AllocationCheck.Failed, status);
        Assert.Contains("Step.Frugal has no ceiling: it allocates 0 bytes per operation.", Lines());
    }

    [Fact]
    public void A_ceiling_without_a_benchmark_fails()
    {
        int status = Run("""{ "Step.Allocating": 128, "Step.Frugal": 0, "Step.Gone": 0 }""");

        Assert.Equal(AllocationCheck.Failed, status);
        Assert.Contains("Step.Gone has a ceiling, but there is no such benchmark.", Lines());
    }

    [Fact]
    public void An_update_writes_what_holds_from_then_on()
    {
        Assert.Equal(AllocationCheck.Passed, Run("""{ "Step.Gone": 0 }""", isUpdate: true));

        Assert.Equal("{\n  \"Step.Allocating\": 128,\n  \"Step.Frugal\": 0\n}\n", File.ReadAllText(FilePath));
        Assert.Equal(AllocationCheck.Passed, Check().Run([_allocating, _frugal], isUpdate: false));
    }

    [Fact]
    public void A_file_that_is_not_json_is_said_to_be_so()
    {
        int status = Run("<<<<<<<");

        Assert.Equal(AllocationCheck.Misused, status);
        Assert.StartsWith("The file of ceilings cannot be read", Assert.Single(Lines()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_of_many_operations_counts_for_each_and_is_rounded_up()
    {
        MeasuredMethod hundred = _allocating with { OperationsPerCall = 100 };

        Assert.Equal(2, AllocationMeter.Measure(hundred));
    }

    public void Dispose() => _folder.Dispose();

    private string FilePath => _folder.File("allocations.json");

    private static MeasuredMethod Method(string name, Func<int> call) => new(name, 1, call, static () => { });

    private int Run(string ceilings, bool isUpdate = false)
    {
        File.WriteAllText(FilePath, ceilings);
        return Check().Run([_allocating, _frugal], isUpdate);
    }

    private AllocationCheck Check() => new(new CeilingFile(FilePath), _output);

    private string[] Lines() => _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
