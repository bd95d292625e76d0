using Broker.Diagnostics;

namespace Broker.Admin;

/// <summary>
/// The one way in which requests change something: not before clients are served nor after, and each with its line in the
/// audit log. Who may is decided before (<see cref="AdminAccess"/>).
/// </summary>
internal sealed class AdminChanges(IEndpointRouteBuilder routes, Readiness readiness, AuditLog audit)
{
    /// <summary>Adds a request that changes something.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="pattern">Its path.</param>
    /// <param name="action">What it does, a word for the audit log.</param>
    /// <param name="run">Does it.</param>
    public void Map(string method, string pattern, string action, Func<HttpContext, Task<Change>> run) =>
        routes.MapMethods(pattern, [method], context => RunAsync(context, action, run));

    private async Task RunAsync(HttpContext context, string action, Func<HttpContext, Task<Change>> run)
    {
        if (!readiness.IsServing)
        {
            await context.FailAsync(
                StatusCodes.Status503ServiceUnavailable, "The broker is starting or stopping, and nothing is changed meanwhile.");
            return;
        }
        Change change;
        try
        {
            change = await run(context);
        }
        catch (BadHttpRequestException bad)
        {
            // The body is longer than is taken, or ends early.
            change = Change.Refused("", bad.StatusCode, bad.Message);
        }
        catch (Exception broken)
        {
            audit.Note(context, action, new Change("", StatusCodes.Status500InternalServerError, broken.Message, null!));
            throw;
        }
        audit.Note(context, action, change);
        await change.AnswerAsync(context);
    }
}
