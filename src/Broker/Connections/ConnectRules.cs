using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Messages;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Security;
using Broker.Sessions;

namespace Broker.Connections;

/// <summary>May this client connect, as whom, and what is it told (MQTT 5.0 sections 3.1 and 3.2).</summary>
internal static class ConnectRules
{
    // Before 5.0 there is nothing else to say.
    private static readonly ConnAckPacket Present = new() { SessionPresent = true };
    private static readonly ConnAckPacket NotPresent = new();

    /// <summary>Why a will with more than <c>max_user_properties</c> is refused.</summary>
    public const string TooManyUserProperties = "will with more user properties than max_user_properties";

    /// <summary>Everything but the password.</summary>
    public static ConnectDecision Check(ConnectPacket packet, IConnectionOrigin origin, LimitOptions limits)
    {
        ListenerOptions listener = origin.Listener;
        if (RefuseForm(packet, listener) is { } form) return new ConnectDecision(null, form);
        if (TakesNameFromCertificate(listener) && origin.CertificateUserName is null)
            return ConnectDecision.Refuse(ReasonCode.BadUserNameOrPassword, "no client certificate with a name");
        string? userName = origin.CertificateUserName ?? packet.UserName;
        if (!TryGetClientId(packet, listener, userName, out string clientId, out ConnectDecision refusal)) return refusal;
        if (packet.Will is { } will && RefuseWill(will, listener, limits) is { } refused) return refused;
        if (limits.KeepAliveSecondsMax > 0 && packet.Version != ProtocolVersion.Mqtt50
            && (packet.KeepAliveSeconds == 0 || packet.KeepAliveSeconds > limits.KeepAliveSecondsMax))
            return ConnectDecision.Refuse(ReasonCode.ClientIdentifierNotValid, "keep alive above max_keepalive");
        return new ConnectDecision(Agree(packet, origin, limits, clientId), null);
    }

    /// <summary>The decision once it was judged who the client is.</summary>
    public static ConnectDecision Judge(
        ConnectPacket packet, MqttConnection connection, ConnectDecision decision, in Verdict verdict)
    {
        if (verdict is not { Outcome: AuthenticationOutcome.Allowed, Identity: { } identity })
            return decision.With(verdict.Outcome, packet.Version);
        // All that a name says is said by this one.
        ConnectDecision named = identity.UserName is { } userName && userName != packet.UserName
            ? Check(packet with { UserName = userName }, connection.Origin, connection.Engine.Options.Limits)
            : decision;
        if (identity.ClientId is { } clientId && named.Parameters is { } parameters && parameters.ClientId != clientId)
            return ConnectDecision.Refuse(ReasonCode.NotAuthorized, "not authorised for this client id");
        return named;
    }

    /// <summary>What is asked before anything else: may it speak this version, and authenticate in this way.</summary>
    public static CloseReason? RefuseForm(ConnectPacket packet, ListenerOptions listener)
    {
        ImmutableArray<ProtocolVersion> versions = listener.AcceptProtocolVersions;
        if (!versions.IsEmpty && !versions.Contains(packet.Version))
            return new(CloseKind.Refused, ReasonCode.UnsupportedProtocolVersion, "protocol version not accepted here");
        if (listener.IsMoved)
        {
            const string Moved = "this listener has moved to its server_reference";
            return new(CloseKind.Refused, ReasonCode.ServerMoved, Moved) { ServerReference = listener.ServerReference };
        }
        if (packet.AuthenticationMethod is { } method && !EnhancedAuthentication.IsOffered(method, listener))
            return new(CloseKind.Refused, ReasonCode.BadAuthenticationMethod, "authentication method not offered here");
        return null;
    }

    /// <summary>Whether the client certificate says who the client is.</summary>
    public static bool TakesNameFromCertificate(ListenerOptions listener) =>
        listener.Tls is { UseIdentityAsUsername: true } or { UseSubjectAsUsername: true }
        || listener.Proxy is { UseIdentityAsUsername: true };

    /// <summary>The will of a CONNECT as the session keeps it, or null.</summary>
    public static Will? WillOf(
        ConnectPacket packet, ClientParameters parameters, IConnectionOrigin origin, ClientAccess? access)
    {
        if (packet.Will is not { } will) return null;
        byte[] body = [.. will.ForwardedProperties.Span, .. will.Payload.Span];
        var message = new Message(new Topic(origin.Listener.MountPoint + will.Topic), body, will.ForwardedProperties.Length)
        {
            Qos = will.Qos,
            Retain = will.Retain,
            PublisherId = parameters.ClientId,
            PublisherUser = will.Retain ? parameters.UserName : null,
        };
        return new Will(message, will.DelaySeconds, will.MessageExpirySeconds) { Access = access };
    }

    /// <summary>CONNACK for an accepted CONNECT. Its length does not depend on Session Present.</summary>
    public static ConnAckPacket Answer(
        ConnectPacket packet, ClientParameters parameters, MqttConnection connection, bool isPresent)
    {
        if (packet.Version != ProtocolVersion.Mqtt50) return isPresent ? Present : NotPresent;
        LimitOptions limits = connection.Engine.Options.Limits;
        ListenerOptions listener = connection.Listener;
        var answer = new ConnAckPacket
        {
            SessionPresent = isPresent,
            TopicAliasMaximum = listener.TopicAliasMaximum == 0 ? null : listener.TopicAliasMaximum,
            AssignedClientIdentifier = packet.ClientId.Length == 0 ? parameters.ClientId : null,
            ServerKeepAliveSeconds =
                packet.KeepAliveSeconds == parameters.KeepAliveSeconds ? null : (ushort)parameters.KeepAliveSeconds,
            RetainAvailable = limits.IsRetainAvailable ? null : false,
            MaximumPacketSize = (uint)limits.PacketBytesMax,
            ReceiveMaximum = parameters.ReceiveMaximum >= ushort.MaxValue ? null : (ushort)parameters.ReceiveMaximum,
            MaximumQos = listener.MaximumQos == QualityOfService.ExactlyOnce ? null : listener.MaximumQos,
            AuthenticationMethod = packet.AuthenticationMethod,
            AuthenticationData = connection.Authentication?.ServerFinal,
        };
        if (ResponseInformation(packet, parameters, listener) is not { } information) return answer;
        // A help, not a condition: who takes no packet as large as that goes without it.
        ConnAckPacket larger = answer with { ResponseInformation = information };
        return LengthOf(larger, packet.Version) <= parameters.PacketBytesMax ? larger : answer;
    }

    /// <summary>Bytes of the packet.</summary>
    public static int LengthOf(ConnAckPacket answer, ProtocolVersion version)
    {
        var bytes = new ArrayBufferWriter<byte>(64);
        answer.Write(bytes, version);
        return bytes.WrittenCount;
    }

    // Only for who asks [MQTT-3.1.2-28].
    private static string? ResponseInformation(ConnectPacket packet, ClientParameters parameters, ListenerOptions listener) =>
        packet.RequestResponseInformation && listener.ResponseInformation is { } pattern
            ? TopicPattern.Expand(pattern, parameters.ClientId, parameters.UserName)
            : null;

    private static ClientParameters Agree(ConnectPacket packet, IConnectionOrigin origin, LimitOptions limits, string clientId)
    {
        bool isV5 = packet.Version == ProtocolVersion.Mqtt50;
        bool isKeepAliveLimited = limits.KeepAliveSecondsMax > 0
            && (packet.KeepAliveSeconds == 0 || packet.KeepAliveSeconds > limits.KeepAliveSecondsMax);
        return new ClientParameters
        {
            ClientId = clientId,
            Version = packet.Version,
            UserName = origin.CertificateUserName ?? packet.UserName,
            CleanStart = packet.CleanStart,
            KeepAliveSeconds = isKeepAliveLimited ? limits.KeepAliveSecondsMax : packet.KeepAliveSeconds,
            PacketBytesMax = packet.MaximumPacketSize == 0 ? long.MaxValue : packet.MaximumPacketSize,
            OutboundAliases = Math.Min(packet.TopicAliasMaximum, origin.Listener.TopicAliasMaximumBroker),
            InboundAliases = origin.Listener.TopicAliasMaximum,
            ReceiveMaximum = isV5 ? ReceiveMaximum(limits) : int.MaxValue,
            // Before 5.0 a session either ends with its connection or never.
            ExpirySeconds = isV5 ? packet.SessionExpiryIntervalSeconds : packet.CleanStart ? 0 : Session.NeverExpires,
            IsBridge = packet.IsBridge,
        };
    }

    private static int ReceiveMaximum(LimitOptions limits) =>
        limits.InflightMessagesMax == 0 ? ushort.MaxValue : limits.InflightMessagesMax;

    private static bool TryGetClientId(
        ConnectPacket packet, ListenerOptions listener, string? userName, out string clientId, out ConnectDecision refusal)
    {
        refusal = default;
        clientId = packet.ClientId;
        if (listener.UseUsernameAsClientId)
        {
            clientId = userName ?? "";
            if (clientId.Length == 0)
                refusal = ConnectDecision.Refuse(ReasonCode.NotAuthorized, "no user name for the client id");
        }
        else if (clientId.Length == 0)
        {
            // 3.1 knows no empty ids, 3.1.1 only with a clean session [MQTT-3.1.3-8].
            bool isAllowed = listener.Security.AllowZeroLengthClientId
                && (packet.Version == ProtocolVersion.Mqtt50 || (packet.Version == ProtocolVersion.Mqtt311 && packet.CleanStart));
            if (!isAllowed) refusal = ConnectDecision.Refuse(ReasonCode.ClientIdentifierNotValid, "empty client id");
            clientId = listener.Security.AutoIdPrefix + Guid.NewGuid().ToString().ToUpperInvariant();
        }
        if (refusal.Refusal is null && !HasPrefix(listener.Security.ClientIdPrefixes, clientId))
            refusal = ConnectDecision.Refuse(ReasonCode.NotAuthorized, "client id has none of clientid_prefixes");
        return refusal.Refusal is null;
    }

    private static bool HasPrefix(ImmutableArray<string> prefixes, string clientId)
    {
        foreach (string prefix in prefixes)
        {
            if (clientId.StartsWith(prefix, StringComparison.Ordinal)) return true;
        }
        return prefixes.IsEmpty;
    }

    private static ConnectDecision? RefuseWill(WillMessage will, ListenerOptions listener, LimitOptions limits)
    {
        if (TopicDepth.IsTooDeep(will.Topic, limits.Peers.TopicLevelsMax)
            || Encoding.UTF8.GetByteCount(listener.MountPoint + will.Topic) > ushort.MaxValue)
            return ConnectDecision.Refuse(ReasonCode.TopicNameInvalid, "will topic too deep or too long");
        if (will.Qos > listener.MaximumQos)
            return ConnectDecision.Refuse(ReasonCode.QosNotSupported, "will QoS above the maximum of this listener");
        if (limits.PayloadBytesMax > 0 && will.Payload.Length > limits.PayloadBytesMax)
            return ConnectDecision.Refuse(ReasonCode.PacketTooLarge, "will payload above message_size_limit");
        if (UserPropertyLimit.IsExceeded(will.ForwardedProperties.Span, limits.Peers.UserPropertiesMax))
            return ConnectDecision.Refuse(ReasonCode.QuotaExceeded, TooManyUserProperties);
        if (will.Retain && !limits.IsRetainAvailable)
            return ConnectDecision.Refuse(ReasonCode.RetainNotSupported, "retained will while retain_available is false");
        return null;
    }
}
