using System.Text.Json.Serialization.Metadata;

namespace Broker.Admin;

/// <summary>What came of an administrator's request to change something.</summary>
/// <param name="Target">What was to be changed: a client id, a topic; empty: the broker.</param>
/// <param name="Status">HTTP status of the answer.</param>
/// <param name="Outcome">What came of it, a clause.</param>
/// <param name="AnswerAsync">Answers.</param>
internal sealed record Change(string Target, int Status, string Outcome, Func<HttpContext, Task> AnswerAsync)
{
    /// <summary>Whether it came to what was asked for.</summary>
    public bool IsDone => Status < StatusCodes.Status400BadRequest;

    /// <summary>It is done, and committed.</summary>
    public static Change Done<T>(string target, string outcome, T view, JsonTypeInfo<T> type) =>
        new(target, StatusCodes.Status200OK, outcome, context => context.SendAsync(view, type));

    /// <summary>Nothing was changed.</summary>
    public static Change Refused(string target, ApiProblem problem) =>
        new(target, problem.Status, problem.Detail, context => context.FailAsync(problem));

    /// <summary>Nothing was changed.</summary>
    public static Change Refused(string target, int status, string detail, string? field = null) =>
        Refused(target, ApiAnswer.Problem(status, detail, field));

    /// <summary>It holds in this process; the store has not taken it.</summary>
    public static Change Uncommitted(string target) => Refused(
        target, StatusCodes.Status504GatewayTimeout,
        $"It is done, and not committed: the store has not answered for {CommitWait.Patience.TotalSeconds:0} seconds. It will be "
        + "committed when the store is back, unless the broker ends before.");
}
