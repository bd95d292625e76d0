using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Broker.Soak;

/// <summary>The process at an instant.</summary>
/// <param name="Minutes">Since the start of the run.</param>
/// <param name="ResidentMiB">Of the process.</param>
/// <param name="HeapMiB">Of the collector's heap, garbage included.</param>
/// <param name="Handles">Open file descriptors.</param>
/// <param name="Threads">Of the process.</param>
/// <param name="StoreMiB">Files of the database.</param>
/// <param name="Sessions">Connected and away.</param>
/// <param name="Retained">Messages.</param>
/// <param name="Waiting">Messages in queues.</param>
/// <param name="WorstWaitMs">Of a newcomer since the last sample, milliseconds.</param>
internal sealed record Sample(
    double Minutes, double ResidentMiB, double HeapMiB, int Handles, int Threads, double StoreMiB, int Sessions, int Retained,
    long Waiting, double WorstWaitMs);

/// <summary>Looks at the process at intervals, from outside and through its admin listener.</summary>
internal sealed class Sampler(int processId, string folder, int adminPort, SoakOptions options, TextWriter output) : IDisposable
{
    private const double MiB = 1 << 20;

    private readonly HttpClient _http = new() { BaseAddress = new Uri($"http://127.0.0.1:{adminPort}") };
    private readonly List<Sample> _samples = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private double _worstWait;

    public IReadOnlyList<Sample> Samples => _samples;

    /// <summary>A newcomer was served.</summary>
    public void NoteWait(TimeSpan wait)
    {
        lock (_samples) _worstWait = Math.Max(_worstWait, wait.TotalMilliseconds);
    }

    public async Task RunAsync(CancellationToken end)
    {
        using var pace = new PeriodicTimer(options.SampleEvery);
        try
        {
            while (await pace.WaitForNextTickAsync(end).ConfigureAwait(false))
            {
                Sample sample = await TakeAsync().ConfigureAwait(false);
                _samples.Add(sample);
                if (_samples.Count % 30 == 1) output.WriteLine(sample);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<Sample> TakeAsync()
    {
        using JsonDocument figures = JsonDocument.Parse(await _http.GetStringAsync("/api/figures").ConfigureAwait(false));
        JsonElement root = figures.RootElement;
        double worst;
        lock (_samples) (worst, _worstWait) = (_worstWait, 0);
        return new Sample(
            _clock.Elapsed.TotalMinutes, Resident() / MiB, root.GetProperty("heapBytes").GetInt64() / MiB,
            Directory.GetFiles($"/proc/{processId}/fd").Length, Directory.GetDirectories($"/proc/{processId}/task").Length,
            new DirectoryInfo(folder).GetFiles("*.db*").Sum(static file => file.Length) / MiB,
            root.GetProperty("sessionsOnline").GetInt32() + root.GetProperty("sessionsAway").GetInt32(),
            root.GetProperty("retained").GetInt32(), root.GetProperty("waiting").GetInt64(), worst);
    }

    private double Resident()
    {
        string line = File.ReadLines($"/proc/{processId}/status")
            .First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * double.Parse(
            line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
