using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Broker.Configuration;
using Broker.TestKit;
using Broker.TestKit.Processes;
using Broker.Transport.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Broker.UnitTests.Transport;

/// <summary>Kestrel as the broker sets it up, with TLS before a handler that sends back what it gets.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly X509ChainPolicy _trust = new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
    };

    private TlsServer(WebApplication app, int port, LinesOfLog log, TlsEndpoint endpoint)
    {
        _app = app;
        Endpoint = endpoint;
        Port = port;
        Log = log.Lines;
    }

    public int Port { get; }

    public TlsEndpoint Endpoint { get; }

    /// <summary>The lines that the TLS endpoint logged.</summary>
    public LogLines Log { get; }

    /// <summary>What ClientCertificate makes of each client that came through, in order.</summary>
    public List<string?> UserNames { get; } = [];

    public static async Task<TlsServer> StartAsync(TlsOptions options, string authorityPem)
    {
        TlsEndpointResult result = TlsEndpoint.Load(options);
        Assert.Empty(result.Errors);
        LinesOfLog log = new();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.UnsafePreferInlineScheduling = true);
        int port = FreePorts.Take();
        TlsServer? server = null;
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            result.Endpoint!.Use(listen, () => true);
            listen.Run(context => server!.EchoAsync(context, options));
        }));
        server = new TlsServer(builder.Build(), port, log, result.Endpoint!);
        server._trust.CustomTrustStore.ImportFromPem(authorityPem);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Connects, sends a text and returns what comes back with the version and suite agreed on.</summary>
    public async Task<TlsAnswer> AskAsync(
        X509Certificate2? certificate = null, SslProtocols protocols = SslProtocols.None, string text = "hello",
        string host = "localhost")
    {
        await using SslStream ssl = await ConnectAsync(certificate, protocols, host);
        await ssl.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text));
        byte[] answer = new byte[text.Length];
        await ssl.ReadExactlyAsync(answer).AsTask().WaitAsync(TestTime.Patience);
        return new TlsAnswer(System.Text.Encoding.UTF8.GetString(answer), ssl.SslProtocol, ssl.NegotiatedCipherSuite)
        {
            ServerSubject = ssl.RemoteCertificate!.Subject,
            ServerSerial = ((X509Certificate2)ssl.RemoteCertificate).SerialNumber,
        };
    }

    /// <summary>Connects; the caller's to dispose.</summary>
    public async Task<SslStream> ConnectAsync(
        X509Certificate2? certificate = null, SslProtocols protocols = SslProtocols.None, string host = "localhost")
    {
        TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, Port).WaitAsync(TestTime.Patience);
        SslStream ssl = new(client.GetStream());
        SslClientAuthenticationOptions options = new()
        {
            TargetHost = host,
            EnabledSslProtocols = protocols,
            CertificateChainPolicy = _trust,
        };
        if (certificate is not null) options.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, [], true);
        await ssl.AuthenticateAsClientAsync(options).WaitAsync(TestTime.Patience);
        return ssl;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task EchoAsync(ConnectionContext context, TlsOptions options)
    {
        X509Certificate2? certificate = context.Features.Get<ITlsConnectionFeature>()!.ClientCertificate;
        UserNames.Add(certificate is null ? null : ClientCertificate.UserName(certificate, options));
        while (true)
        {
            ReadResult read = await context.Transport.Input.ReadAsync();
            foreach (ReadOnlyMemory<byte> part in read.Buffer) await context.Transport.Output.WriteAsync(part);
            context.Transport.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return;
        }
    }

    internal sealed record TlsAnswer(string Text, SslProtocols Protocol, TlsCipherSuite Suite)
    {
        public string ServerSubject { get; init; } = "";

        public string ServerSerial { get; init; } = "";
    }

    private sealed class LinesOfLog : ILoggerProvider, ILogger
    {
        public LogLines Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) =>
            categoryName.StartsWith("Broker", StringComparison.Ordinal) ? this : NullLogger.Instance;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(exception is null ? formatter(state, null) : $"{formatter(state, null)} {exception}");

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Dispose()
        {
        }
    }
}
