using Broker.Protocol;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Reload;

/// <summary>A broker whose files a test changes while it runs. Users are ann and joe; a password is its user's name.</summary>
internal sealed class ReloadedBroker : IAsyncDisposable
{
    private readonly Func<ReloadedBroker, string> _configuration;
    private int _outcomes;

    private ReloadedBroker(Func<ReloadedBroker, string> configuration) => _configuration = configuration;

    public TemporaryFolder Folder { get; } = new();

    public int Port { get; } = FreePorts.Take();

    public string Config => Folder.File("mosquitto.conf");

    public string Passwords => Folder.File("passwords");

    public BrokerProcess Process { get; private set; } = null!;

    public LogLines Log => Process.Log;

    /// <param name="configuration">Its lines, made from port and folder.</param>
    public static async Task<ReloadedBroker> StartAsync(Func<ReloadedBroker, string> configuration)
    {
        ReloadedBroker broker = new(configuration);
        broker.Folder.OpenToAll();
        await broker.SetPasswordsAsync("ann", "joe");
        broker.Write("");
        broker.Process = await BrokerProcess.StartAsync(broker.Config);
        return broker;
    }

    /// <summary>A listener for those in the password file, and what a reload adds or replaces.</summary>
    public static Task<ReloadedBroker> StartClosedAsync() => StartAsync(broker =>
        $"listener {broker.Port} 127.0.0.1\nallow_anonymous false\npassword_file {broker.Passwords}\n");

    /// <summary>A listener for everybody.</summary>
    public static Task<ReloadedBroker> StartOpenAsync() =>
        StartAsync(broker => $"listener {broker.Port} 127.0.0.1\nallow_anonymous true\n");

    /// <summary>Writes the file: what the broker was started with, then these lines.</summary>
    public void Write(string lines) => File.WriteAllText(Config, _configuration(this) + lines + "\n");

    /// <summary>Writes the file anew.</summary>
    public void WriteWhole(string text) => File.WriteAllText(Config, text);

    /// <summary>Writes the password file: each user's password is the name. Salts are new each time.</summary>
    public async Task SetPasswordsAsync(params string[] names)
    {
        string file = Folder.File("passwords.new");
        await File.WriteAllTextAsync(file, "");
        foreach (string name in names)
            Assert.Equal(0, (await ProcessRun.OfAsync("mosquitto_passwd", ["-b", file, name, name])).ExitCode);
        Publish(file, Passwords);
    }

    /// <summary>Takes a user out; the others' lines stay as they are.</summary>
    public async Task RemoveUserAsync(string name)
    {
        string file = Folder.File("passwords.new");
        File.Copy(Passwords, file);
        Assert.Equal(0, (await ProcessRun.OfAsync("mosquitto_passwd", ["-D", file, name])).ExitCode);
        Publish(file, Passwords);
    }

    /// <summary>Sends SIGHUP and waits until it was obeyed.</summary>
    public Task ReloadAsync() => ReloadAsync("Config reloaded from ");

    /// <summary>Sends SIGHUP and waits until it was refused.</summary>
    public Task ReloadInVainAsync() => ReloadAsync("The config was not reloaded");

    public async Task<TestClient> ConnectAsync(string name, ProtocolVersion version = ProtocolVersion.Mqtt50)
    {
        TestClient client = await TestClient.OverTcpAsync(Port, version);
        await client.ConnectAsync(name, packet => packet with { UserName = name, Password = Bytes(name) });
        return client;
    }

    public static ReadOnlyMemory<byte> Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    public async ValueTask DisposeAsync()
    {
        if (Process is not null) await Process.DisposeAsync();
        Folder.Dispose();
    }

    // A broker that gave up its rights must be able to read what the tool made for root alone.
    private static void Publish(string from, string to)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(from, (UnixFileMode)0b_110_100_100);
        File.Move(from, to, overwrite: true);
    }

    private async Task ReloadAsync(string outcome)
    {
        Process.Reload();
        IReadOnlyList<string> lines = await Log.WaitForAsync(
            ++_outcomes,
            line => line.Contains("Config reloaded from ", StringComparison.Ordinal)
                || line.Contains("The config was not reloaded", StringComparison.Ordinal),
            $"outcome {_outcomes} of a reload");
        Assert.True(lines[^1].Contains(outcome, StringComparison.Ordinal), Log.ToString());
    }
}
