using Broker.Configuration;
using Broker.Security;
using Broker.Transport;

namespace Broker.Hosting;

/// <summary>Password files, certificates and keys, read while the process may still read them.</summary>
internal sealed class SecretFiles : IDisposable
{
    private readonly Dictionary<ListenerOptions, TlsEndpoint> _tls = new(ReferenceEqualityComparer.Instance);

    private SecretFiles()
    {
    }

    /// <summary>What is wrong, a line each; empty: nothing.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>What the operator should look at, a line each.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>What to end with when there are errors.</summary>
    public int ExitCode { get; private set; }

    /// <summary>Set when there are no errors.</summary>
    public Authenticator? Authenticator { get; private set; }

    /// <summary>The TLS side of each listener that has one.</summary>
    public IReadOnlyDictionary<ListenerOptions, TlsEndpoint> Tls => _tls;

    /// <summary>Reads every file and collects every error.</summary>
    public static SecretFiles Load(BrokerOptions options)
    {
        var files = new SecretFiles();
        files.LoadPasswords(options);
        foreach (ListenerOptions listener in options.Listeners) files.LoadTls(listener);
        return files;
    }

    public void Dispose() => Authenticator?.Dispose();

    private void LoadPasswords(BrokerOptions options)
    {
        AuthenticatorResult result = Authenticator.Create(options, TimeProvider.System);
        Authenticator = result.Authenticator;
        foreach (PasswordFileError error in result.Errors)
        {
            Errors.Add($"Error: {error}");
            ExitCode = error.IsUnreadable ? Configuration.ExitCode.FileNotOpened : Configuration.ExitCode.BadConfiguration;
        }
    }

    private void LoadTls(ListenerOptions listener)
    {
        if (listener.Tls is not { } options) return;
        TlsEndpointResult result = TlsEndpoint.Load(options);
        if (result.Endpoint is { } endpoint) _tls.Add(listener, endpoint);
        Warnings.AddRange(result.Warnings);
        foreach (string error in result.Errors)
        {
            Errors.Add($"Error: {error}");
            if (ExitCode == 0) ExitCode = Configuration.ExitCode.Failure;
        }
    }
}
