using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Security.Scram;

namespace Broker.Connections.Handlers;

/// <summary>AUTH: the proof of an exchange, or the beginning of a re-authentication (MQTT 5.0 sections 3.15 and 4.12).</summary>
internal static class AuthHandler
{
    public static HandlerResult Handle(MqttConnection connection, ReadOnlySpan<byte> body)
    {
        if (connection.Authentication is not { } authentication) return HandlerResult.Close(EngineFaults.AuthWithoutMethod);
        if (!AuthPacket.TryDecode(body, connection.Version, out AuthPacket? packet, out Fault? fault))
            return HandlerResult.Close(fault);
        if (packet.AuthenticationMethod is { } method && method != authentication.Method)
            return HandlerResult.Close(EngineFaults.AuthMethodChanged);
        ReadOnlySpan<byte> data = packet.AuthenticationData.GetValueOrDefault().Span;
        return packet.ReasonCode switch
        {
            ReasonCode.ContinueAuthentication when authentication.IsProofDue => Finish(connection, authentication, data),
            ReasonCode.ReAuthenticate when authentication.IsIdle && connection.Session is not null =>
                connection.Engine.Bans.EndKnown(connection) is { } banned
                    ? HandlerResult.Close(banned)
                    : Result(authentication.Begin(data)),
            _ => HandlerResult.Close(EngineFaults.AuthOutOfTurn),
        };
    }

    private static HandlerResult Finish(
        MqttConnection connection, EnhancedAuthentication authentication, ReadOnlySpan<byte> data)
    {
        ScramResult result = authentication.Finish(data);
        if (result.Fault is { } fault) return HandlerResult.Close(fault);
        if (connection.Session is null) return connection.AnswerConnect(authentication.TakeConnect(result.ServerFinal));
        return result.ServerFinal is { } serverFinal
            ? Result(authentication.Owe(ReasonCode.Success, serverFinal))
            : HandlerResult.Close(EngineFaults.ReauthenticationFailed);
    }

    private static HandlerResult Result(Fault? fault) => fault is null ? HandlerResult.Continue : HandlerResult.Close(fault);
}
