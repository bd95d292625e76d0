using System.Text;
using Broker.Diagnostics;
using Broker.Protocol;

namespace Broker.Security.Bans;

/// <summary>Who is banned.</summary>
/// <param name="Kind">As what.</param>
/// <param name="Who">A client id or a user name; an address or a network in its one spelling.</param>
internal readonly record struct BanTarget(BanKind Kind, string Who)
{
    private static readonly BanKind[] Kinds = Enum.GetValues<BanKind>();
    private static readonly string[] Names = [.. Kinds.Select(static kind => SnakeCase.Of(kind.ToString()))];

    /// <summary>The kind as the API and the store say it.</summary>
    public string KindName => Names[(int)Kind];

    /// <summary>What lists are ordered by.</summary>
    public string Key => $"{KindName} {Who}";

    /// <summary>The network that is banned, which is an address with Peerhost; null: it is about something else.</summary>
    public PeerNetwork? Network =>
        Kind is BanKind.Peerhost or BanKind.PeerhostNet && PeerNetwork.TryParse(Who, out PeerNetwork network, out _)
            ? network
            : null;

    /// <summary>The ban of an address or a network.</summary>
    public static BanTarget Of(PeerNetwork network) =>
        new(network.IsAddress ? BanKind.Peerhost : BanKind.PeerhostNet, network.ToString());

    /// <summary>The kind of a name.</summary>
    public static bool TryParseKind(string name, out BanKind kind)
    {
        int i = Array.IndexOf(Names, name);
        kind = i < 0 ? default : Kinds[i];
        return i >= 0;
    }

    /// <summary>Reads it. A network with all its bits is an address.</summary>
    /// <param name="kind">One of the names.</param>
    /// <param name="who">Who.</param>
    /// <param name="target">What they say.</param>
    /// <param name="isKindWrong">Whether it is the kind that is wrong.</param>
    /// <returns>What is wrong, a sentence; null: nothing.</returns>
    public static string? Read(string kind, string who, out BanTarget target, out bool isKindWrong)
    {
        target = default;
        isKindWrong = !TryParseKind(kind, out BanKind read);
        if (isKindWrong) return $"as is {string.Join(", ", Names[..^1])} or {Names[^1]}, not '{kind}'.";
        if (who.Length == 0) return "who is the client id, user name, address or network, and it is missing or empty.";
        target = new BanTarget(read, who);
        if (read is BanKind.Clientid or BanKind.Username)
        {
            if (!Utf8Rules.IsValid(who)) return "who has a character in it that MQTT does not allow.";
            return Encoding.UTF8.GetByteCount(who) > ushort.MaxValue ? $"who is longer than {ushort.MaxValue} bytes." : null;
        }
        if (!PeerNetwork.TryParse(who, out PeerNetwork network, out string? wrong)) return $"who: '{who}' {wrong}.";
        bool isCidr = who.Contains('/', StringComparison.Ordinal);
        if (isCidr && read == BanKind.Peerhost)
            return $"who: '{who}' is a network: as is {Names[(int)BanKind.PeerhostNet]} for those.";
        if (!isCidr && read == BanKind.PeerhostNet)
            return $"who: '{who}' has no prefix length: ADDRESS/LENGTH, or as is {Names[(int)BanKind.Peerhost]}.";
        target = Of(network);
        return null;
    }

    /// <summary>Whether a store may have such a ban.</summary>
    public static bool IsStored(string kind, string who) =>
        Read(kind, who, out BanTarget target, out _) is null && target.Who == who && target.KindName == kind;
}
