using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Load.Options;
using Load.Wire;

namespace Load.Clients;

/// <summary>
/// Others on the same broker, on a thread of their own so that the generator's own work is not measured: new ones, one after the
/// other, that publish to themselves once and leave, and perhaps one that stays and does so every 20 ms. While the port is closed
/// they try on.
/// </summary>
internal sealed class Bystanders : IDisposable
{
    private const int OutstandingMax = 500;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Endpoint _endpoint;
    private readonly TimeSpan _pause;
    private readonly (string Name, string Password)? _login;
    private readonly bool _hasStaying;
    private readonly string _run = RandomNumberGenerator.GetHexString(6, lowercase: true);
    private readonly EchoRecorder _recorder = new();
    private readonly Thread _thread;
    private volatile bool _isStopping;
    private volatile Exception? _failure;
    private Echo? _staying;
    private Echo? _newcomer;
    private bool _wasReady;
    private long _newcomerDue;
    private int _number;

    /// <param name="endpoint">Where, and from which address.</param>
    /// <param name="pause">From one new client to the next.</param>
    /// <param name="login">Who they are.</param>
    /// <param name="hasStaying">Whether there is one that stays.</param>
    public Bystanders(
        Endpoint endpoint, TimeSpan pause, (string Name, string Password)? login = null, bool hasStaying = false)
    {
        _endpoint = endpoint;
        _pause = pause;
        _login = login;
        _hasStaying = hasStaying;
        _thread = new Thread(Run) { IsBackground = true, Name = "bystanders" };
        _thread.Start();
    }

    /// <summary>New clients that have no names and come from where all do.</summary>
    public static Bystanders Come(LoadOptions options, TimeSpan pause) =>
        new(new Endpoint(options.Port, options.Transport), pause);

    /// <summary>What goes on, for <see cref="EchoTimes.LongestIn"/>.</summary>
    public string Phase { set => _recorder.Phase = value; }

    /// <summary>From now on times are counted apart.</summary>
    /// <returns>Those until now.</returns>
    public EchoTimes Take()
    {
        if (_failure is { } failure) throw new LoadException($"the bystanders failed: {failure.Message}");
        return _recorder.Take();
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
                if (_hasStaying) Stay(loop);
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
        if (_staying is { IsOver: true })
        {
            if (_wasReady) _recorder.Broke();
            _wasReady = false;
            _staying = null;
        }
        _staying ??= Echo.Open(loop, _endpoint, Connect("stays"), _recorder, isNew: false);
        if (!_staying.IsReady) return;
        _wasReady = true;
        if (_staying.Outstanding < OutstandingMax) _staying.Publish();
    }

    private void Come(EventLoop loop)
    {
        long now = Stopwatch.GetTimestamp();
        if (_newcomer is { } newcomer)
        {
            if (newcomer.IsDone) newcomer.Leave();
            bool isLate = newcomer.Age(now) > Patience.TotalSeconds * Stopwatch.Frequency;
            if (!newcomer.IsOver && !isLate) return;
            // Nobody listens while the broker is down.
            if (newcomer.IsReached && (isLate || !newcomer.IsDone)) _recorder.Failed(WhatFailed(newcomer, isLate));
            newcomer.Close();
            _newcomer = null;
            _newcomerDue = now + (long)(_pause.TotalSeconds * Stopwatch.Frequency);
        }
        if (now < _newcomerDue) return;
        string name = string.Create(CultureInfo.InvariantCulture, $"new{_number++}");
        _newcomer = Echo.Open(loop, _endpoint, Connect(name), _recorder, isNew: true);
    }

    private static string WhatFailed(Echo newcomer, bool isLate) =>
        "a new client was " + (newcomer.Refusal ?? (isLate ? newcomer.IsDone ? "not let go" : "not served" : "cut off"));

    private ConnectPacket Connect(string name) => new()
    {
        Version = ProtocolVersion.Mqtt311,
        ClientId = $"{name}-{_run}",
        CleanStart = true,
        UserName = _login?.Name,
        Password = _login is { } login ? Encoding.UTF8.GetBytes(login.Password) : default(ReadOnlyMemory<byte>?),
    };
}
