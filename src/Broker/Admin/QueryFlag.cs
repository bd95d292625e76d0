using System.Diagnostics.CodeAnalysis;

namespace Broker.Admin;

/// <summary>A yes or no in the query.</summary>
internal static class QueryFlag
{
    /// <summary>Reads it. Not there: no.</summary>
    public static bool TryRead(HttpContext context, string name, out bool value, [NotNullWhen(false)] out ApiProblem? problem)
    {
        value = false;
        problem = null;
        if (!context.Request.Query.TryGetValue(name, out var text) || bool.TryParse(text, out value)) return true;
        problem = ApiAnswer.Problem(StatusCodes.Status400BadRequest, $"{name} is true or false, not '{text}'.", name);
        return false;
    }
}
