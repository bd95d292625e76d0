using System.Buffers;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Security;
using Broker.Security.Scram;

namespace Broker.Connections;

/// <summary>
/// The enhanced authentication of one connection (MQTT 5.0 section 4.12): made for a CONNECT that names a method, kept for
/// re-authentication. Client and server take turns; an exchange is one challenge and one proof. Read loop only, but for
/// <see cref="TakeOwed"/>.
/// </summary>
internal sealed partial class EnhancedAuthentication
{
    private readonly MqttConnection _connection;
    private readonly long _packetBytesMax;
    private ConnectPacket? _connect;
    private ScramServer? _exchange;
    private AuthPacket? _owed;

    public EnhancedAuthentication(MqttConnection connection, ConnectPacket connect)
    {
        _connection = connection;
        _connect = connect;
        _packetBytesMax = connect.MaximumPacketSize == 0 ? long.MaxValue : connect.MaximumPacketSize;
        Method = connect.AuthenticationMethod!;
        UserName = string.IsNullOrEmpty(connect.UserName) ? null : connect.UserName;
    }

    /// <summary>The method, the same for the whole connection [MQTT-4.12.1-1].</summary>
    public string Method { get; }

    /// <summary>Whom the exchanges are about: one user for the whole connection. Null before one was named.</summary>
    public string? UserName { get; private set; }

    /// <summary>What the exchange of the CONNECT came to.</summary>
    public AuthenticationOutcome Outcome { get; private set; } = AuthenticationOutcome.NotAuthorized;

    /// <summary>The generation of the options in which the last proof was judged.</summary>
    public long JudgedIn { get; private set; }

    /// <summary>The server's last data of that exchange, for CONNACK.</summary>
    public ReadOnlyMemory<byte>? ServerFinal { get; private set; }

    /// <summary>Whether the client may begin an exchange: none is under way, and it has got what it was owed.</summary>
    public bool IsIdle => _exchange is null && Volatile.Read(ref _owed) is null;

    /// <summary>Whether the client's proof is due.</summary>
    public bool IsProofDue => _exchange is not null && Volatile.Read(ref _owed) is null;

    /// <summary>Whether there is such a method on this listener: where a password file says who may connect.</summary>
    public static bool IsOffered(string method, ListenerOptions listener) =>
        method == ScramServer.Method && listener.Security.PasswordFile is not null
        && !ConnectRules.TakesNameFromCertificate(listener);

    /// <summary>The client's first data came: owes it the challenge. Null, or why not.</summary>
    public Fault? Begin(ReadOnlySpan<byte> data)
    {
        if (!ScramClientFirst.TryParse(data, out ScramClientFirst? first, out Fault? fault)) return fault;
        if (UserName is not null && UserName != first.UserName) return EngineFaults.OtherUserName;
        UserName = first.UserName;
        _exchange = new ScramServer(first, FindCredential());
        return Owe(ReasonCode.ContinueAuthentication, _exchange.Challenge);
    }

    /// <summary>The client's proof came: the exchange is over.</summary>
    public ScramResult Finish(ReadOnlySpan<byte> data)
    {
        JudgedIn = _connection.Engine.OptionsGeneration;
        // Not the one of the challenge: the password file may have been read anew meanwhile.
        ScramCredential credential = FindCredential();
        ScramResult result = _exchange!.Finish(data, credential);
        bool isRefused = result is { ServerFinal: null, Fault: null };
        if (isRefused && credential.UnfitKind is { } kind)
            Log.HashCannotServe(_connection.Engine.Logger, UserName!, kind, _connection.Security.PasswordFile!);
        _exchange = null;
        return result;
    }

    /// <summary>The exchange of the CONNECT is over.</summary>
    /// <returns>The CONNECT, which can now be answered: it is that of the user who was named.</returns>
    public ConnectPacket TakeConnect(byte[]? serverFinal)
    {
        Outcome = serverFinal is null ? AuthenticationOutcome.BadUserNameOrPassword : AuthenticationOutcome.Allowed;
        if (serverFinal is not null) ServerFinal = serverFinal;
        ConnectPacket connect = _connect! with { UserName = UserName };
        _connect = null;
        return connect;
    }

    /// <summary>Owes the client an AUTH. Null, or that it takes none so large.</summary>
    public Fault? Owe(ReasonCode reason, byte[] data)
    {
        var packet = new AuthPacket { ReasonCode = reason, AuthenticationMethod = Method, AuthenticationData = data };
        var bytes = new ArrayBufferWriter<byte>(256);
        packet.Write(bytes, ProtocolVersion.Mqtt50);
        if (bytes.WrittenCount > _packetBytesMax) return EngineFaults.AnswerTooLarge;
        Volatile.Write(ref _owed, packet);
        return null;
    }

    /// <summary>The AUTH to send, if there is one. For whoever holds the draining flag.</summary>
    public AuthPacket? TakeOwed() => Volatile.Read(ref _owed) is null ? null : Interlocked.Exchange(ref _owed, null);

    private ScramCredential FindCredential() =>
        _connection.Engine.Authenticator.FindScram(_connection.Security, UserName!);

    private static partial class Log
    {
        [LoggerMessage(EventIds.HashCannotServeScram, LogLevel.Warning,
            "User '{UserName}' cannot log in with SCRAM-SHA-512: the password is kept as {Kind}. Set it anew with: " +
            "broker passwd -H sha512-pbkdf2 {File} {UserName}")]
        internal static partial void HashCannotServe(ILogger logger, string userName, PasswordHashKind kind, string file);
    }
}
