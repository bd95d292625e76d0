using Broker.Configuration;

namespace Broker.Security.Http;

/// <summary>Who is asked and how: listeners that agree in all of it share one authority.</summary>
/// <param name="Options">As configured.</param>
/// <param name="Trusted">Stands for the authorities that may vouch for the service; empty: whom the system trusts.</param>
internal sealed record HttpPlace(HttpAuthOptions Options, string Trusted);
