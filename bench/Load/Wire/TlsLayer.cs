using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Load.Wire;

/// <summary>TLS as .NET has it. It costs the generator more than all the rest; the report says how much.</summary>
[SuppressMessage("Design", "CA1001", Justification = "There is nothing below it to give back, and a read may be going on.")]
internal sealed class TlsLayer : ILayer
{
    // What was read is delivered before anybody else of this thread reads.
    [ThreadStatic]
    private static byte[]? _plain;

    private readonly Link _link;
    private readonly FedStream _below;
    private readonly SslStream _tls;
    private Task _reading = Task.CompletedTask;

    public TlsLayer(Link link)
    {
        _link = link;
        _below = new FedStream(link);
        _tls = new SslStream(_below);
    }

    public bool IsReady { get; private set; }

    public void Open()
    {
        _reading = ReadAll();
        _link.Flush();
    }

    public void Received(ReadOnlySpan<byte> wire)
    {
        _below.Feed(wire);
        // What was thrown while this was read is thrown here.
        if (_reading.IsFaulted) _reading.GetAwaiter().GetResult();
        _link.Flush();
    }

    public void Seal(ReadOnlySpan<byte> packets) => _tls.Write(packets);

    [SuppressMessage("Security", "CA5359", Justification = "The certificate was made for this run, on this machine.")]
    private async Task ReadAll()
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
            // Whom this machine trusts need not be looked up for each.
            CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust },
            // Each connection is another device: none knows what another one agreed.
            AllowTlsResume = false,
        };
        try
        {
            await _tls.AuthenticateAsClientAsync(options).ConfigureAwait(false);
            IsReady = true;
            _plain ??= new byte[64 * 1024];
            int count;
            while ((count = await _tls.ReadAsync(_plain).ConfigureAwait(false)) > 0) _link.Deliver(_plain.AsSpan(0, count));
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            throw new LoadException($"TLS failed: {exception.Message}");
        }
    }
}
