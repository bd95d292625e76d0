namespace Broker.Security.Jwt;

/// <summary>Where keys are fetched and how often: who agrees in all of it shares one source.</summary>
/// <param name="Url">http or https.</param>
/// <param name="Trusted">Stands for the authorities that may vouch for the server; empty: whom the system trusts.</param>
/// <param name="Refresh">How old keys become before they are fetched again.</param>
/// <param name="Retry">Least time between two fetches.</param>
/// <param name="Timeout">How long a fetch may take.</param>
internal sealed record JwksPlace(Uri Url, string Trusted, TimeSpan Refresh, TimeSpan Retry, TimeSpan Timeout);
