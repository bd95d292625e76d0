using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Load.Wire;

namespace Load.Clients;

/// <summary>
/// Others on the same broker, on a thread of their own so that the generator's own work is not measured: one that stays and
/// publishes to itself every 20 ms, and new ones, one after the other, that do so once. While the port is closed they try on.
/// </summary>
internal sealed class Bystanders : IDisposable
{
    private const int OutstandingMax = 500;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan NewcomerInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Endpoint _endpoint;
    private readonly (string Name, string Password)? _login;
    private readonly string _run = RandomNumberGenerator.GetHexString(6, lowercase: true);
    private readonly Thread _thread;
    private volatile EchoTimes _times = new();
    private volatile bool _isStopping;
    private volatile Exception? _failure;
    private Echo? _staying;
    private Echo? _newcomer;
    private bool _wasReady;
    private long _newcomerDue;
    private int _number;

    public Bystanders(Endpoint endpoint, (string Name, string Password)? login = null)
    {
        _endpoint = endpoint;
        _login = login;
        _thread = new Thread(Run) { IsBackground = true, Name = "bystanders" };
        _thread.Start();
    }

    /// <summary>From now on times are counted apart.</summary>
    /// <returns>Those until now.</returns>
    public EchoTimes Turn()
    {
        if (_failure is { } failure) throw new LoadException($"the bystanders failed: {failure.Message}");
        EchoTimes before = _times;
        _times = new EchoTimes();
        return before;
    }

    public void Dispose()
    {
        _isStopping = true;
        _thread.Join();
    }

    private void Run()
    {
        try
        {
            using var loop = new EventLoop();
            while (!_isStopping)
            {
                Stay(loop);
                Come(loop);
                loop.RunFor(Interval);
            }
        }
#pragma warning disable CA1031 // It is told to who asks for the times.
        catch (Exception exception)
        {
            _failure = exception;
        }
#pragma warning restore CA1031
    }

    private void Stay(EventLoop loop)
    {
        EchoTimes times = _times;
        if (_staying is { IsOver: true })
        {
            if (_wasReady) times.Broken++;
            _wasReady = false;
            _staying = null;
        }
        // Its connection is not one of the new ones.
        _staying ??= Echo.Open(loop, _endpoint, Connect("stays"), new EchoTimes());
        if (!_staying.IsReady) return;
        _wasReady = true;
        _staying.Use(times);
        if (_staying.Outstanding < OutstandingMax) _staying.Publish();
    }

    private void Come(EventLoop loop)
    {
        EchoTimes times = _times;
        long now = Stopwatch.GetTimestamp();
        if (_newcomer is { } newcomer)
        {
            bool isLate = newcomer.WaitsFor(now) > Patience.TotalSeconds * Stopwatch.Frequency;
            if (!newcomer.HasEcho && !newcomer.IsOver && !isLate) return;
            // Nobody listens while the broker is down.
            if (!newcomer.HasEcho && newcomer.IsReached) times.Failed++;
            newcomer.Close();
            _newcomer = null;
            _newcomerDue = now + (long)(NewcomerInterval.TotalSeconds * Stopwatch.Frequency);
        }
        if (now < _newcomerDue) return;
        _newcomer = Echo.Open(
            loop, _endpoint, Connect(string.Create(CultureInfo.InvariantCulture, $"new{_number++}")), times);
    }

    private ConnectPacket Connect(string name) => new()
    {
        Version = ProtocolVersion.Mqtt311,
        ClientId = $"{name}-{_run}",
        CleanStart = true,
        UserName = _login?.Name,
        Password = _login is { } login ? Encoding.UTF8.GetBytes(login.Password) : default(ReadOnlyMemory<byte>?),
    };
}
