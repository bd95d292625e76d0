using System.Globalization;

namespace Broker.TestKit.Processes;

/// <summary>A throw-away cluster, made with the machine's own PostgreSQL by a user who is not root.</summary>
internal sealed class PostgresCluster : IPostgresHost
{
    private const int SignalKill = 9;
    private const int SignalInterrupt = 2;
    private const int SignalContinue = 18;
    private const int SignalStop = 19;

    // Has what a URL, a connection string and SQL have to encode.
    private const string Password = "p@ss/w:rd?%&';=";

    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePorts.Take();
    private ChildProcess? _postmaster;

    public Uri Address => new($"postgres://test:{Uri.EscapeDataString(Password)}@127.0.0.1:{_port}/postgres");

    private string Data => _folder.File("data");

    public async Task StartAsync()
    {
        if (!Directory.Exists(Data)) await InitializeAsync().ConfigureAwait(false);
        if (_postmaster is not null) await _postmaster.DisposeAsync().ConfigureAwait(false);
        (string program, string[] arguments) = AsServer(
            Program("postgres"),
            ["-D", Data, "-p", $"{_port}", "-k", _folder.Path, "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=60",
                // What a killed process has written is not lost with it; only a power cut would need the disk.
                "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "wal_level=minimal", "-c", "max_wal_senders=0"]);
        _postmaster = ChildProcess.Start(program, arguments, folder: "/");
        await _postmaster.Lines.WaitForAsync("ready to accept connections").ConfigureAwait(false);
    }

    public async Task StopAsync()
    {
        _postmaster!.Signal(SignalInterrupt);
        await _postmaster.WaitForExitAsync().ConfigureAwait(false);
    }

    public async Task KillAsync()
    {
        SignalAll(SignalKill);
        await _postmaster!.WaitForExitAsync().ConfigureAwait(false);
    }

    public Task SuspendAsync()
    {
        SignalAll(SignalStop);
        return Task.CompletedTask;
    }

    public Task ResumeAsync()
    {
        SignalAll(SignalContinue);
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_postmaster is { HasExited: false })
        {
            SignalAll(SignalKill);
            await _postmaster.WaitForExitAsync().ConfigureAwait(false);
        }
        if (_postmaster is not null) await _postmaster.DisposeAsync().ConfigureAwait(false);
        _folder.Dispose();
    }

    private async Task InitializeAsync()
    {
        string passwordFile = _folder.Write("password", Password);
        if (Environment.IsPrivilegedProcess)
        {
            ProcessRun owner = await ProcessRun.OfAsync("chown", ["-R", ServerUser, _folder.Path]).ConfigureAwait(false);
            if (owner.ExitCode != 0) throw new InvalidOperationException($"chown: {owner}");
        }
        (string program, string[] arguments) = AsServer(
            Program("initdb"),
            ["-D", Data, "-U", "test", "-A", "scram-sha-256", "--pwfile", passwordFile, "-E", "UTF8", "--locale=C.UTF-8",
                "--no-sync"]);
        ProcessRun run = await ProcessRun.OfAsync(program, arguments, folder: "/").ConfigureAwait(false);
        if (run.ExitCode != 0) throw new InvalidOperationException($"initdb: {run}");
    }

    /// <summary>The postmaster first, so that it starts nobody while the others are found.</summary>
    private void SignalAll(int number)
    {
        int id = _postmaster!.Id;
        ChildProcess.Signal(id, number);
        foreach (int child in ChildrenOf(id)) ChildProcess.Signal(child, number);
    }

    private static IEnumerable<int> ChildrenOf(int parent)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int id)) continue;
            string status;
            try
            {
                status = File.ReadAllText(Path.Combine(folder, "stat"));
            }
            catch (IOException)
            {
                // It ended while we looked.
                continue;
            }
            // "id (name) state parent ...", and the name may have anything in it.
            string[] fields = status[(status.LastIndexOf(')') + 2)..].Split(' ');
            if (fields[1] == $"{parent}") yield return id;
        }
    }

    private static string ServerUser =>
        File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";

    /// <summary>PostgreSQL refuses to be run by root.</summary>
    private static (string Program, string[] Arguments) AsServer(string program, string[] arguments) =>
        Environment.IsPrivilegedProcess
            ? ("setpriv", [$"--reuid={ServerUser}", "--clear-groups", program, .. arguments])
            : (program, arguments);

    private static string Program(string name)
    {
        IEnumerable<string> debian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(folder => Path.Combine(folder, "bin"))
            : [];
        string[] path = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        return path.Concat(debian).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException(
                $"There is no {name}, on the PATH or in /usr/lib/postgresql/*/bin. Install postgresql (test.sh does), "
                + "or name a server in BROKER_TEST_POSTGRES.");
    }
}
