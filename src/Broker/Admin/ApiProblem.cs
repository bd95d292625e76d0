namespace Broker.Admin;

/// <summary>Why a request is not answered with what it asks for, as <c>application/problem+json</c> (RFC 9457).</summary>
/// <param name="Title">The status in words.</param>
/// <param name="Status">The status.</param>
/// <param name="Detail">A sentence for people: what is wrong, and how to mend it.</param>
/// <param name="Field">The member of the body or of the query that is wrong; null: it is none of them.</param>
/// <param name="Errors">More than one thing that is wrong, a line each; null: there is no more.</param>
internal sealed record ApiProblem(
    string Title, int Status, string Detail, string? Field = null, IReadOnlyList<string>? Errors = null);
