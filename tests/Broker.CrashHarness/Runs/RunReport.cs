using System.Text;
using Broker.CrashHarness.Clients;
using Broker.CrashHarness.Facts;

namespace Broker.CrashHarness.Runs;

/// <summary>Says what went wrong and all that is known about it.</summary>
internal static class RunReport
{
    private const int ViolationsShown = 12;
    private const int HistoriesShown = 4;
    private const int LinesShown = 40;

    public static string Of(
        string heading, RunContext context, IReadOnlyList<ClientLoop> clients, IEnumerable<string> brokerLog)
    {
        var text = new StringBuilder(heading).AppendLine();
        Violation[] all = [.. context.Violations.All];
        IEnumerable<string> counts = all.CountBy(v => v.Kind).Select(kind => $"{kind.Value} {kind.Key}");
        text.AppendLine($"{all.Length} violations: {string.Join(", ", counts)}");
        foreach (Violation violation in all.Take(ViolationsShown)) text.AppendLine($"  {violation}");
        foreach ((string clientId, string? about) in Interesting(all).Take(HistoriesShown))
        {
            if (clients.FirstOrDefault(c => c.ClientId == clientId) is not { } client) continue;
            text.AppendLine($"packets of {clientId}{(about is null ? "" : $", first those about {about}")}:");
            lock (client.Gate)
                foreach (string line in client.History.Lines(about, LinesShown))
                    text.AppendLine($"  {line}");
        }
        text.AppendLine("the broker's log:");
        foreach (string line in brokerLog) text.AppendLine($"  {line}");
        return text.ToString();
    }

    /// <summary>The clients of the first violations, and for a message its publisher as well.</summary>
    private static IEnumerable<(string ClientId, string? About)> Interesting(IEnumerable<Violation> violations) =>
        violations
            .SelectMany(v => (IEnumerable<(string, string?)>)
                [(v.ClientId, v.About), .. v.About is null ? [] : ((string, string?)[])[(v.About.Split(' ')[0], v.About)]])
            .Distinct();
}
