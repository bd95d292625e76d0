using System.Text.RegularExpressions;

namespace Broker.UnitTests.Repository;

/// <summary>How code waits and where it takes the time from.</summary>
internal static partial class AsyncRules
{
    public static IReadOnlyList<Rule> All { get; } =
    [
        new("The product never blocks a thread on a task", BlockingWaits,
            Bad: [Product("var a = b.Result;"), Product("b.GetAwaiter().GetResult();"), Product("b.Wait();"),
                Product("Thread.Sleep(1);")],
            Good: [Product("HandlerResult a = b.Results;"), Product("// b.Result"), Test("var a = b.Result;")]),
        new("The product starts nothing that nobody waits for", LooseWork,
            Bad: [Product("async void A()"), Product("Task.Run(() => 1)"), Product("_ = WriteAsync();")],
            Good: [Product("async Task A()"), Product("_ = Write();"), Test("Task.Run(() => 1)")]),
        new("The product takes the time from TimeProvider", OtherClocks,
            Bad: [Product("DateTime.UtcNow"), Product("DateTimeOffset.Now"), Product("Environment.TickCount64"),
                Product("Stopwatch.GetTimestamp()"), Product("new Timer(a)"), Product("Task.Delay(1)")],
            Good: [Product("TimeProvider.System.GetUtcNow()"), Product("Task.Delay(a, time, token)")]),
        new("Tests wait for events, never for time to pass", Sleeps,
            Bad: [Test("Thread.Sleep(1);"), Test("await Task.Delay(1);")],
            Good: [Test("// Thread.Sleep(1)"), Test("clock.Advance(a);")]),
    ];

    private static IEnumerable<Finding> BlockingWaits(SourceFile file) =>
        file.IsProduct ? Matches(file, BlockingWait(), "await it") : [];

    private static IEnumerable<Finding> LooseWork(SourceFile file) =>
        file.IsProduct ? Matches(file, Loose(), "its exception would be lost; keep the task and await it") : [];

    private static IEnumerable<Finding> OtherClocks(SourceFile file) =>
        file.IsProduct ? Matches(file, OtherClock(), "tests cannot move this clock") : [];

    private static IEnumerable<Finding> Sleeps(SourceFile file) =>
        file.IsProduct ? [] : Matches(file, Sleep(), "wait for the packet, the log line or the exit instead");

    private static IEnumerable<Finding> Matches(SourceFile file, Regex pattern, string advice) =>
        !file.IsCSharp
            ? []
            : from Match match in pattern.Matches(file.Code)
              where !AllowedUse.Covers(file.Path, match.Value)
              select file.Finding(match.Index, $"{match.Value}: {advice}");

    private static SourceFile Product(string text) => new("src/Broker/A.cs", text);

    private static SourceFile Test(string text) => new("tests/Broker.UnitTests/A.cs", text);

    [GeneratedRegex(
        @"\.Result\b(?!\s*[(<])|\.GetAwaiter\(\)\s*\.GetResult\(\)|\.Wait\(|" +
        @"\bTask\.Wait(All|Any)\(|\bThread\.Sleep\(")]
    private static partial Regex BlockingWait();

    [GeneratedRegex(@"\basync\s+void\b|\bTask\.Run\(|\bTask\.Factory\.StartNew\(|\b_\s*=\s*(this\.)?[\w.]*Async\(")]
    private static partial Regex Loose();

    [GeneratedRegex(
        @"\bDateTime(Offset)?\.(Utc)?(Now|Today)\b|\bEnvironment\.TickCount(64)?\b|\bStopwatch\.\w+|" +
        @"\bnew\s+(Periodic)?Timer\(|\bTask\.Delay\((?![^;]*,[^;]*,)")]
    private static partial Regex OtherClock();

    [GeneratedRegex(@"\bThread\.Sleep\(|\bTask\.Delay\(|\bSpinWait\.")]
    private static partial Regex Sleep();
}
