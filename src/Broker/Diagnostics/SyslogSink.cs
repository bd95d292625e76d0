using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Broker.Configuration;

namespace Broker.Diagnostics;

/// <summary>The system log, through its datagram socket (RFC 3164 as the local daemon reads it).</summary>
internal sealed class SyslogSink : ILogSink
{
    /// <summary>Where the system log listens.</summary>
    public const string SocketPath = "/dev/log";

    private const int FacilityDaemon = 3;
    private const int FacilityLocal0 = 16;

    private readonly string _path;
    private readonly int _facility;
    private Socket? _socket;

    /// <param name="localFacility">0 to 7 for local0 to local7; null: daemon.</param>
    /// <param name="path">The daemon's socket.</param>
    public SyslogSink(int? localFacility, string path = SocketPath)
    {
        _path = path;
        _facility = localFacility is { } local ? FacilityLocal0 + local : FacilityDaemon;
    }

    public void Write(LogTypes kind, string timestamp, string text)
    {
        int priority = (_facility * 8) + Severity(kind);
        string line = string.Create(CultureInfo.InvariantCulture, $"<{priority}>broker[{Environment.ProcessId}]: {text}");
        try
        {
            _socket ??= Connect();
            _socket.Send(Encoding.UTF8.GetBytes(line));
        }
        catch (SocketException)
        {
            // The daemon is restarting or not there: this line is lost, the next one tries again. Nobody is left to be told.
            Reopen();
        }
    }

    public void Flush()
    {
    }

    public void Reopen()
    {
        _socket?.Dispose();
        _socket = null;
    }

    public void Dispose() => Reopen();

    private static int Severity(LogTypes kind) => kind switch
    {
        LogTypes.Error => 3,
        LogTypes.Warning => 4,
        LogTypes.Notice => 5,
        LogTypes.Information or LogTypes.Subscribe or LogTypes.Unsubscribe or LogTypes.WebSockets => 6,
        _ => 7,
    };

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(_path));
        return socket;
    }
}
