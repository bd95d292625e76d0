namespace Broker.TestKit.Processes;

/// <summary>The broker as an operator runs it: the built executable, its own process, a configuration file.</summary>
public sealed class BrokerProcess : IAsyncDisposable
{
    /// <summary>How long a stop may take: what the operator's service file grants.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly ChildProcess _child;

    private BrokerProcess(ChildProcess child) => _child = child;

    /// <summary>What it has logged, on standard output and standard error.</summary>
    public LogLines Log => _child.Lines;

    public int Id => _child.Id;

    /// <summary>
    /// The program and its first arguments, what stands before an operator's own. BROKER_TEST_COMMAND in the environment
    /// puts another build in its place, for example a published one.
    /// </summary>
    public static (string FileName, string[] Arguments) Command =>
        Environment.GetEnvironmentVariable("BROKER_TEST_COMMAND")?.Split(' ') is [string program, .. string[] arguments]
            ? (program, arguments)
            : (Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
                [Path.Combine(AppContext.BaseDirectory, "broker.dll")]);

    /// <summary>Starts with a configuration file and waits until it serves.</summary>
    public static Task<BrokerProcess> StartAsync(string configFile, params string[] arguments) =>
        StartWithAsync(["-c", configFile, .. arguments], folder: null);

    /// <summary>Starts with arguments of the test's choice, in a folder, and waits until it serves.</summary>
    public static Task<BrokerProcess> StartWithAsync(string[] arguments, string? folder) =>
        UntilRunningAsync(new BrokerProcess(Launch(arguments, folder)));

    /// <summary>Starts with a configuration file below a program that becomes the broker, and waits until it serves.</summary>
    /// <param name="before">The program and what it is told before the broker's own command.</param>
    /// <param name="configFile">The configuration file.</param>
    public static Task<BrokerProcess> StartBelowAsync(string[] before, string configFile)
    {
        (string fileName, string[] first) = Command;
        return UntilRunningAsync(new BrokerProcess(
            ChildProcess.Start(before[0], [.. before[1..], fileName, .. first, "-c", configFile])));
    }

    private static async Task<BrokerProcess> UntilRunningAsync(BrokerProcess broker)
    {
        try
        {
            await broker.Log.WaitForAsync(
                line => line.EndsWith(" running", StringComparison.Ordinal), "the line that it is running").ConfigureAwait(false);
        }
        catch
        {
            await broker.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        return broker;
    }

    /// <summary>Starts it and does not wait: for starts that must fail.</summary>
    public static ChildProcess Launch(string[] arguments, string? folder = null)
    {
        (string fileName, string[] first) = Command;
        return ChildProcess.Start(fileName, [.. first, .. arguments], folder: folder);
    }

    /// <summary>Stops it as a service file does (SIGTERM).</summary>
    /// <returns>Its exit status.</returns>
    /// <exception cref="TimeoutException">It took more than five seconds.</exception>
    public async Task<int> StopAsync()
    {
        _child.Terminate();
        return await _child.WaitForExitAsync(StopLimit).ConfigureAwait(false);
    }

    /// <summary>Asks it to read its configuration again (SIGHUP).</summary>
    public void Reload() => _child.Signal(1);

    /// <summary>Asks it to save its state (SIGUSR1).</summary>
    public void Save() => _child.Signal(10);

    /// <summary>Asks it to print its subscriptions (SIGUSR2).</summary>
    public void PrintSubscriptions() => _child.Signal(12);

    /// <summary>The system does not run it any more (SIGSTOP); its sockets are open.</summary>
    public void Suspend() => _child.Signal(19);

    /// <summary>It is run again (SIGCONT).</summary>
    public void Resume() => _child.Signal(18);

    /// <summary>Ends it as a power cut would.</summary>
    public async Task KillAsync()
    {
        _child.Kill();
        await _child.WaitForExitAsync().ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _child.DisposeAsync();
}
