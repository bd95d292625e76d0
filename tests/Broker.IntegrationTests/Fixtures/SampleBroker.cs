using System.Text.RegularExpressions;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Fixtures;

/// <summary>
/// The built executable with the sample file that this project started from. Only paths and ports are exchanged for real
/// ones; comments, also those behind values, stay as they are.
/// </summary>
public sealed partial class SampleBroker : IAsyncLifetime
{
    public const string UserName = "ann";
    public const string Password = "secret";

    private readonly TemporaryFolder _folder = new();
    private readonly int[] _ports = [FreePorts.Take(), FreePorts.Take(), FreePorts.Take(), FreePorts.Take()];
    private BrokerProcess? _broker;

    /// <summary>The sample as it is in the repository.</summary>
    public static string Original => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "mosquitto.conf"));

    public int MqttPort => _ports[0];

    public int MqttsPort => _ports[1];

    public int WebSocketPort => _ports[2];

    public int SecureWebSocketPort => _ports[3];

    internal CertificateFiles Certificates { get; private set; } = null!;

    internal BrokerProcess Process => _broker ?? throw new InvalidOperationException("not started");

    public async Task InitializeAsync()
    {
        Certificates = CertificateFiles.CreateIn(_folder.Path);
        string passwords = _folder.File("passwords");
        await PasswordFiles.CreateAsync(passwords, UserName, Password);
        _broker = await BrokerProcess.StartAsync(_folder.Write("mosquitto.conf", Rewrite(Original, passwords)));
    }

    public async Task DisposeAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        _folder.Dispose();
    }

    private string Rewrite(string text, string passwords)
    {
        text = text.Replace("/etc/mosquitto/conf.d/MyPwdFile", passwords, StringComparison.Ordinal)
            .Replace("/etc/mosquitto/ca_certificates/ca.crt", Certificates.Authority, StringComparison.Ordinal)
            .Replace("/etc/mosquitto/certs/server.crt", Certificates.Server, StringComparison.Ordinal)
            .Replace("/etc/mosquitto/certs/server.key", Certificates.ServerKey, StringComparison.Ordinal);
        return ListenerPort().Replace(text, match => $"listener {_ports[match.Groups[1].Value[^1] - '1']}");
    }

    [GeneratedRegex(@"^listener (100[1-4])\b", RegexOptions.Multiline)]
    private static partial Regex ListenerPort();
}
