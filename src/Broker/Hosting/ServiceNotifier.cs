using System.Globalization;
using System.Net.Sockets;
using Broker.Connections;
using Broker.Diagnostics;

namespace Broker.Hosting;

/// <summary>
/// Tells systemd how the broker is doing (sd_notify): datagrams to the socket that NOTIFY_SOCKET names. With WATCHDOG_USEC a sign
/// of life goes out twice in that time, as long as the heartbeat beats.
/// </summary>
internal sealed class ServiceNotifier : IHeartbeatListener, IDisposable
{
    /// <summary>The status line is told anew so often at most, when it has changed.</summary>
    private const long StatusMilliseconds = 10_000;

    private readonly Socket _socket;
    private readonly UnixDomainSocketEndPoint _manager;
    private readonly BrokerEngine _engine;
    private readonly Readiness _readiness;
    private readonly ITimer? _watchdog;
    private long _statusDue;
    private string _status = "";

    private ServiceNotifier(string path, BrokerEngine engine, Readiness readiness)
    {
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        // '@' stands for the zero byte of a name that is in no file system.
        _manager = new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path);
        _engine = engine;
        _readiness = readiness;
        if (WatchdogPeriod(Environment.GetEnvironmentVariable) is { } period)
            _watchdog = engine.Time.CreateTimer(static self => ((ServiceNotifier)self!).SignOfLife(), this, period, period);
    }

    /// <summary>Null: nobody wants to be told.</summary>
    public static ServiceNotifier? Open(BrokerEngine engine, Readiness readiness)
    {
        string? path = Environment.GetEnvironmentVariable("NOTIFY_SOCKET");
        if (path is not ['/' or '@', _, ..]) return null;
        ServiceNotifier notifier = new(path, engine, readiness);
        engine.Heartbeat.Register(notifier);
        return notifier;
    }

    /// <summary>Half of the time after which the manager takes this process for stuck; null: it does not watch.</summary>
    public static TimeSpan? WatchdogPeriod(Func<string, string?> variable)
    {
        string own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        if (variable("WATCHDOG_PID") is { } watched && watched != own) return null;
        return long.TryParse(variable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds)
            && microseconds > 0 ? TimeSpan.FromMicroseconds(microseconds / 2.0) : null;
    }

    /// <summary>It serves, or has read its configuration again.</summary>
    public void Ready() => Send($"READY=1\nSTATUS={Status()}");

    /// <summary>It reads its configuration again; <see cref="Ready"/> follows.</summary>
    public void Reloading()
    {
        long microseconds = (long)(_engine.Time.GetTimestamp() * (1e6 / _engine.Time.TimestampFrequency));
        Send($"RELOADING=1\nMONOTONIC_USEC={microseconds}");
    }

    /// <summary>It is on its way out.</summary>
    public void Stopping() => Send("STOPPING=1\nSTATUS=Saying goodbye to the clients.");

    public void OnTick(long nowMilliseconds)
    {
        if (nowMilliseconds < _statusDue) return;
        _statusDue = nowMilliseconds + StatusMilliseconds;
        if (Status() is { } status && status != _status) Send($"STATUS={_status = status}");
    }

    public void Dispose()
    {
        _watchdog?.Dispose();
        _socket.Dispose();
    }

    private string Status()
    {
        long count = _engine.Metrics.ConnectionsOpen;
        string clients = count == 1 ? "1 client" : $"{count} clients";
        return _readiness.Missing is { } missing ? $"Not ready: {missing}; {clients}." : $"Serving {clients}.";
    }

    private void SignOfLife()
    {
        if (_engine.Heartbeat.IsBeating) Send("WATCHDOG=1");
    }

    private void Send(string text)
    {
        try
        {
            _socket.SendTo(System.Text.Encoding.UTF8.GetBytes(text), SocketFlags.None, _manager);
        }
        catch (SocketException)
        {
            // The manager has gone, or does not keep up: the broker serves its clients all the same.
        }
        catch (ObjectDisposedException)
        {
            // A tick that was under way when the broker ended.
        }
    }
}
