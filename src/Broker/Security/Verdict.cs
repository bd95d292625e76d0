using Broker.Diagnostics;

namespace Broker.Security;

/// <summary>The answer to a client that wants to connect.</summary>
/// <param name="Outcome">Whether it may.</param>
/// <param name="Method">What decided.</param>
/// <param name="Identity">Who it is; null: whom it says, and nothing more is known.</param>
/// <param name="Detail">Why not, for the operator: a clause. Null: nothing beyond the outcome.</param>
internal readonly record struct Verdict(
    AuthenticationOutcome Outcome, AuthenticationMethod Method, VerifiedIdentity? Identity = null, string? Detail = null);
