using System.Buffers;
using System.Text;
using System.Text.Json;
using Broker.Lifecycle;

namespace Broker.SysTopics;

/// <summary>
/// Who fights over which client id, as JSON: <c>[{"client_id":"c","takeovers":7,"peers":[{"address":"a","user":"u"},...]}]</c>;
/// a peer without a user name has none.
/// </summary>
internal static class TakeoverPeers
{
    /// <summary>So many client ids are named.</summary>
    public const int LoopsMax = 20;

    public static string Text(IEnumerable<TakeoverLoop> loops)
    {
        ArrayBufferWriter<byte> text = new();
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartArray();
            foreach (TakeoverLoop loop in loops.OrderBy(static loop => loop.ClientId, StringComparer.Ordinal)) Write(json, loop);
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, TakeoverLoop loop)
    {
        json.WriteStartObject();
        json.WriteString("client_id", loop.ClientId);
        json.WriteNumber("takeovers", loop.Count);
        json.WriteStartArray("peers");
        foreach (TakeoverPeer peer in (ReadOnlySpan<TakeoverPeer>)[loop.Before, loop.After])
        {
            json.WriteStartObject();
            json.WriteString("address", peer.Address);
            if (peer.UserName is { } user) json.WriteString("user", user);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
