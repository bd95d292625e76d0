namespace Broker.Security.Http;

/// <summary>Whom topics are asked about.</summary>
/// <param name="ClientId">Client id.</param>
/// <param name="UserName">Null: none.</param>
/// <param name="RemoteAddress">Address and port.</param>
/// <param name="Listener">Name of the listener.</param>
internal sealed record TopicClient(string ClientId, string? UserName, string RemoteAddress, string Listener);
