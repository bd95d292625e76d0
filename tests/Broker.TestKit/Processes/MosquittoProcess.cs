namespace Broker.TestKit.Processes;

/// <summary>Debian's mosquitto, to compare with. Not needed by tests of the broker alone.</summary>
public sealed class MosquittoProcess : IAsyncDisposable
{
    private const string Program = "/usr/sbin/mosquitto";

    private readonly ChildProcess _child;

    private MosquittoProcess(ChildProcess child) => _child = child;

    public LogLines Log => _child.Lines;

    /// <summary>Starts with a configuration file and waits until it serves.</summary>
    public static async Task<MosquittoProcess> StartAsync(string configFile)
    {
        var mosquitto = new MosquittoProcess(ChildProcess.Start(Program, ["-c", configFile]));
        try
        {
            await mosquitto.Log.WaitForAsync(" running").ConfigureAwait(false);
        }
        catch
        {
            await mosquitto.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        return mosquitto;
    }

    /// <summary>Stops it by SIGTERM.</summary>
    /// <returns>Its exit status.</returns>
    public async Task<int> StopAsync()
    {
        _child.Terminate();
        return await _child.WaitForExitAsync().ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _child.DisposeAsync();
}
