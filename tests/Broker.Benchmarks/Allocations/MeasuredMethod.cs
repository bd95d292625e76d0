namespace Broker.Benchmarks.Allocations;

/// <summary>A benchmark as the check of the ceilings sees it.</summary>
/// <param name="Name">Class and method: <c>Decode.PubAck</c>.</param>
/// <param name="OperationsPerCall">How many operations one call of <paramref name="Call"/> stands for.</param>
/// <param name="Call">The benchmark; its result is of no interest here.</param>
/// <param name="CleanUp">Is called once after everything.</param>
internal sealed record MeasuredMethod(string Name, int OperationsPerCall, Func<int> Call, Action CleanUp);
