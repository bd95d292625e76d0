using Broker.Configuration;

namespace Broker.Transport.WebSockets;

/// <summary>Which listener accepted a connection, for requests that arrive through the HTTP pipeline.</summary>
internal sealed record ListenerFeature(ListenerOptions Listener);
