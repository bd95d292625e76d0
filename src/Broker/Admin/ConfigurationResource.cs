using System.Collections.Immutable;
using Broker.Configuration;
using Broker.Configuration.Mosquitto;

namespace Broker.Admin;

/// <summary>What the admin listeners know of the configuration.</summary>
/// <param name="Source">Where it is read.</param>
/// <param name="Applied">What holds now.</param>
/// <param name="Reload">Reads it again. Not for an I/O thread.</param>
internal sealed record AdminConfiguration(
    ConfigurationSource Source, Func<AppliedConfiguration> Applied, Func<ReloadOutcome> Reload);

/// <summary>An option as it holds.</summary>
/// <param name="Name">Of the directive.</param>
/// <param name="Value">As it would be written; secrets are masked.</param>
/// <param name="File">Where it is said; null: in no file, it is the default or what the environment says.</param>
/// <param name="Line">From 1; null: in no file.</param>
internal sealed record OptionView(string Name, string Value, string? File, int? Line);

/// <summary>The options of the broker or of a listener.</summary>
/// <param name="Name"><c>the whole broker</c>, or such as <c>listener 1883</c>.</param>
/// <param name="OpenedBy">What opened the listener, a clause; null: it is the broker.</param>
/// <param name="Options">The options.</param>
internal sealed record SectionView(string Name, string? OpenedBy, IReadOnlyList<OptionView> Options);

/// <summary>The configuration that holds.</summary>
/// <param name="File">The file of <c>-c</c>; null: none.</param>
/// <param name="At">When it was read.</param>
/// <param name="NeedsRestart">What of it takes effect at the next start, a sentence each.</param>
/// <param name="Sections">Its options.</param>
internal sealed record ConfigurationView(
    string? File, DateTimeOffset At, IReadOnlyList<string> NeedsRestart, IReadOnlyList<SectionView> Sections);

/// <summary>What is wrong or unwise, as <c>broker check-config --format json</c> says it.</summary>
internal sealed record FindingsView(IReadOnlyList<FindingView> Findings);

/// <summary>One of them.</summary>
/// <param name="Rule">Its kind.</param>
/// <param name="Severity"><c>error</c>, <c>warning</c> or <c>note</c>.</param>
/// <param name="File">Empty: it is about no file.</param>
/// <param name="Line">0: about the file as a whole.</param>
/// <param name="Column">From 1; 0 with line 0.</param>
/// <param name="Text">A sentence.</param>
/// <param name="Mosquitto">The sentence of mosquitto; null: it has none.</param>
internal sealed record FindingView(
    string Rule, string Severity, string File, int Line, int Column, string Text, string? Mosquitto);

/// <summary>An option that a reload changed.</summary>
/// <param name="Section">Whose.</param>
/// <param name="Name">Of the directive.</param>
/// <param name="Before">Its value; null: the listener is new.</param>
/// <param name="After">Its value; null: the listener is gone.</param>
internal sealed record ChangedOptionView(string Section, string Name, string? Before, string? After);

/// <summary>What a reload did.</summary>
/// <param name="Changed">Options of which the files say something else. What a file named by one holds is not compared.</param>
/// <param name="NeedsRestart">Which of it takes effect at the next start, a sentence each.</param>
/// <param name="Warnings">What to look at, a line each.</param>
internal sealed record ReloadView(
    IReadOnlyList<ChangedOptionView> Changed, IReadOnlyList<string> NeedsRestart, IReadOnlyList<string> Warnings);

/// <summary>
/// <c>GET /api/configuration</c>: the options that hold and the lines they come from; <c>/api/configuration/findings</c>: what is
/// wrong or unwise about what the files say now; <c>POST /api/reload</c>: reads them again, all or nothing.
/// </summary>
internal sealed class ConfigurationResource(AdminConfiguration configuration)
{
    /// <summary>Files are read and keys are loaded: one at a time.</summary>
    private static readonly SemaphoreSlim Looking = new(1);

    public void Map(IEndpointRouteBuilder routes, AdminChanges changes)
    {
        routes.MapGet(
            "/api/configuration",
            context => context.SendAsync(Show(configuration.Applied()), AdminJson.Default.ConfigurationView));
        routes.MapGet("/api/configuration/findings", LookAsync);
        changes.Map("POST", "/api/reload", "reload", ReloadAsync);
    }

    private ConfigurationView Show(AppliedConfiguration applied) => new(
        configuration.Source.File, applied.At, applied.NeedsRestart,
        [
            .. applied.Explain().Select(static section => new SectionView(
                section.Name, section.OpenedBy,
                [
                    .. section.Options.Select(static option => new OptionView(
                        option.Name, option.Value, option.At is { File.Length: > 0 } at ? at.File : null, option.At?.Line)),
                ])),
        ]);

    private async Task LookAsync(HttpContext context)
    {
        ConfigurationFindings findings;
        await Looking.WaitAsync(context.RequestAborted);
        try
        {
            findings = ConfigurationFindings.Of(configuration.Source.Read());
        }
        finally
        {
            Looking.Release();
        }
        FindingsView view = new(
        [
            .. findings.All.Select(static one =>
                new FindingView(one.Rule, one.Word, one.File, one.Line, one.Column, one.Text, one.MosquittoText)),
        ]);
        await context.SendAsync(view, AdminJson.Default.FindingsView);
    }

    private Task<Change> ReloadAsync(HttpContext context)
    {
        ImmutableArray<ExplainedSection> before = configuration.Applied().Explain();
        ReloadOutcome outcome = configuration.Reload();
        if (!outcome.IsApplied)
        {
            ApiProblem problem = ApiAnswer.Problem(
                StatusCodes.Status422UnprocessableEntity,
                $"The configuration was not taken over, and everything stays as it was: {outcome.Errors[0]}");
            return Task.FromResult(Change.Refused("", problem with { Errors = outcome.Errors }));
        }
        ChangedOptionView[] changed = [.. Compare(before, configuration.Applied().Explain())];
        ReloadView view = new(changed, outcome.NeedsRestart, outcome.Warnings);
        string names = changed.Length == 0 ? "no option changed" : string.Join(", ", changed.Select(static one => one.Name));
        return Task.FromResult(Change.Done("", $"reloaded: {names}", view, AdminJson.Default.ReloadView));
    }

    /// <summary>The options that are not what they were.</summary>
    public static IEnumerable<ChangedOptionView> Compare(
        ImmutableArray<ExplainedSection> before, ImmutableArray<ExplainedSection> after)
    {
        Dictionary<(string Section, string Name), string> was = ValuesOf(before);
        Dictionary<(string Section, string Name), string> now = ValuesOf(after);
        foreach ((string Section, string Name) key in was.Keys.Union(now.Keys))
        {
            string? old = was.GetValueOrDefault(key);
            string? isNow = now.GetValueOrDefault(key);
            if (old != isNow) yield return new ChangedOptionView(key.Section, key.Name, old, isNow);
        }
    }

    // One that may be said several times has all its values.
    private static Dictionary<(string Section, string Name), string> ValuesOf(ImmutableArray<ExplainedSection> sections)
    {
        Dictionary<(string Section, string Name), string> values = [];
        foreach (ExplainedSection section in sections)
        {
            foreach (IGrouping<string, ExplainedOption> option in section.Options.GroupBy(static option => option.Name))
                values[(section.Name, option.Key)] = string.Join(", ", option.Select(static one => one.Value));
        }
        return values;
    }
}
