using System.Net;
using Broker.Configuration;
using Broker.Connections;
using Broker.Transport.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Broker.Transport;

/// <summary>
/// The origin of a connection that Kestrel serves to its end. Asks Kestrel when it is asked: an address that is in no log line
/// is never made into text, and lies beside none of many idle connections.
/// </summary>
internal sealed class SocketOrigin : IConnectionOrigin
{
    private readonly ConnectionContext _context;

    public SocketOrigin(ConnectionContext context, ListenerOptions listener, string? certificateUserName)
    {
        _context = context;
        Listener = listener;
        CertificateUserName = certificateUserName;
    }

    public ListenerOptions Listener { get; }

    public string RemoteAddress => Transport.RemoteAddress.Format(_context.RemoteEndPoint, Listener.UnixSocketPath);

    public IPAddress? Address => (_context.RemoteEndPoint as IPEndPoint)?.Address;

    public ConnectionPlace? Place => _context.Features.Get<ConnectionPlace>();

    public string? CertificateUserName { get; }

    public string? Encryption =>
        _context.Features.Get<ITlsConnectionFeature>() is TlsFeature tls ? $"{tls.Version} {tls.Cipher}" : null;

    public CancellationToken Closed => _context.ConnectionClosed;

    public void Abort() => _context.Abort();
}
