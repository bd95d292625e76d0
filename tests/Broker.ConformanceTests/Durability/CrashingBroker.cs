using Broker.Configuration;
using Broker.Persistence;
using Broker.Persistence.Loading;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.ConformanceTests.Durability;

/// <summary>A broker on a SQLite file that can be cut off at any moment, and comes back on what the file held then.</summary>
internal sealed class CrashingBroker : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Func<BrokerOptions, BrokerOptions>? _change;
    private DurableStateStore _store = null!;
    private string _path = "";
    private int _lives;

    private CrashingBroker(Func<BrokerOptions, BrokerOptions>? change) => _change = change;

    /// <summary>The broker that runs now.</summary>
    public TestBroker Broker { get; private set; } = null!;

    public static async Task<CrashingBroker> StartAsync(Func<BrokerOptions, BrokerOptions>? change = null)
    {
        var crashing = new CrashingBroker(change);
        await crashing.BeginAsync(crashing._folder.File("0.db"), DateTimeOffset.MinValue);
        return crashing;
    }

    public Task<TestClient> ConnectAsync(string clientId) => Broker.ConnectPersistentAsync(clientId);

    /// <summary>Ends it without a word, and starts again.</summary>
    /// <param name="down">How long it was down.</param>
    /// <param name="loading">How long it loads before it listens.</param>
    public async Task CrashAsync(TimeSpan down = default, TimeSpan loading = default)
    {
        string image = _folder.File($"{++_lives}.db");
        File.Copy(_path, image);
        // Nothing is checkpointed meanwhile: a log below 4 MB is not.
        if (File.Exists(_path + "-wal")) File.Copy(_path + "-wal", image + "-wal");
        DateTimeOffset now = Broker.Time.GetUtcNow();
        // What happens from here on is not in the image.
        Broker.Engine.BeginStop();
        await Broker.AllEndedAsync();
        await EndAsync();
        await BeginAsync(image, now + down, loading);
    }

    /// <summary>Ends it in good order, and starts again.</summary>
    public async Task RestartAsync(TimeSpan down = default)
    {
        DateTimeOffset now = Broker.Time.GetUtcNow();
        Broker.Engine.BeginStop();
        await Broker.AllEndedAsync();
        Broker.Engine.EndStop();
        await EndAsync();
        await BeginAsync(_path, now + down);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _folder.Dispose();
    }

    private async Task BeginAsync(string path, DateTimeOffset now, TimeSpan loading = default)
    {
        _path = path;
        StoreOpening opening = StateStores.Open(new StoreOptions { Location = path });
        Assert.True(opening.IsOpen, opening.Trouble?.Sentence);
        _store = opening.Store;
        Broker = new TestBroker(_change, _store);
        if (now > Broker.Time.GetUtcNow()) Broker.Advance(now - Broker.Time.GetUtcNow());
        await using StoredState state = await _store.ReadAsync();
        await Broker.Engine.LoadAsync(state);
        Broker.Advance(loading);
        Broker.Engine.BeginServing();
    }

    private async Task EndAsync()
    {
        await Broker.DisposeAsync();
        _store.Dispose();
    }
}
