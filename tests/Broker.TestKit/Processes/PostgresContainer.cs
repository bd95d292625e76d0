using System.Globalization;
using System.Net.Sockets;

namespace Broker.TestKit.Processes;

/// <summary>The same in a container, where a Docker engine answers.</summary>
internal sealed class PostgresContainer : IPostgresHost
{
    private const string Image = "postgres:16";
    private const string Password = "p@ss/w:rd?%&';=";
    private const string EngineSocket = "/var/run/docker.sock";

    private readonly string _name = $"broker-test-{Environment.ProcessId}-{Guid.NewGuid():N}";
    private ChildProcess? _log;
    private int _port;

    public static bool IsPossible { get; } = EngineAnswers() && ProgramIsThere();

    public Uri Address => new($"postgres://postgres:{Uri.EscapeDataString(Password)}@127.0.0.1:{_port}/postgres");

    public async Task StartAsync()
    {
        // The port stays the same when it is started again, so it is chosen here.
        if (_port == 0)
        {
            _port = FreePorts.Take();
            string[] options = ["--name", _name, "-p", $"127.0.0.1:{_port}:5432", "-e", $"POSTGRES_PASSWORD={Password}"];
            await RunAsync(["create", .. options, Image]).ConfigureAwait(false);
        }
        else
        {
            await _log!.DisposeAsync().ConfigureAwait(false);
        }
        string since = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        bool isFirst = _log is null;
        await RunAsync("start", _name).ConfigureAwait(false);
        _log = ChildProcess.Start("docker", ["logs", "-f", "--since", isFirst ? "0" : since, _name]);
        // The first start makes the cluster with a server of its own, which is ready for nobody else.
        await _log.Lines.WaitForAsync(
            isFirst ? 2 : 1, line => line.Contains("ready to accept connections", StringComparison.Ordinal),
            "a server that is ready").ConfigureAwait(false);
    }

    public Task StopAsync() => RunAsync("stop", _name);

    public Task KillAsync() => RunAsync("kill", _name);

    public Task SuspendAsync() => RunAsync("pause", _name);

    public Task ResumeAsync() => RunAsync("unpause", _name);

    public async ValueTask DisposeAsync()
    {
        if (_log is not null) await _log.DisposeAsync().ConfigureAwait(false);
        await ProcessRun.OfAsync("docker", ["rm", "-f", "-v", _name]).ConfigureAwait(false);
    }

    private static async Task RunAsync(params string[] arguments)
    {
        ProcessRun run = await ProcessRun.OfAsync("docker", arguments, limit: TimeSpan.FromMinutes(5)).ConfigureAwait(false);
        if (run.ExitCode != 0) throw new InvalidOperationException($"docker {arguments[0]}: {run}");
    }

    private static bool EngineAnswers()
    {
        if (!File.Exists(EngineSocket)) return false;
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(EngineSocket));
            return true;
        }
        catch (SocketException)
        {
            // A socket that nobody listens at.
            return false;
        }
    }

    private static bool ProgramIsThere() =>
        Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, "docker"))) ?? false;
}
