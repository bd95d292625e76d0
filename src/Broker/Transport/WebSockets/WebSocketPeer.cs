using System.Net;

namespace Broker.Transport.WebSockets;

/// <summary>Who is at the other end of a WebSocket.</summary>
/// <param name="Address">Of a client behind a trusted proxy, or of the peer; null: it has none.</param>
/// <param name="Text">As log lines show it.</param>
internal readonly record struct WebSocketPeer(IPAddress? Address, string Text);
