using System.Diagnostics.CodeAnalysis;
using Broker.Protocol;

namespace Broker.Security.Scram;

/// <summary>The first message of a client (RFC 5802 section 7, client-first-message).</summary>
/// <param name="Header">The GS2 header, to its second comma.</param>
/// <param name="Bare">What follows it, as it came.</param>
/// <param name="UserName">Who it is, unescaped; not empty.</param>
/// <param name="Nonce">The client's half of the nonce.</param>
internal sealed record ScramClientFirst(string Header, string Bare, string UserName, string Nonce)
{
    /// <summary>Reads the message.</summary>
    public static bool TryParse(
        ReadOnlySpan<byte> message, [NotNullWhen(true)] out ScramClientFirst? first, [NotNullWhen(false)] out Fault? fault)
    {
        first = null;
        if (!ScramText.TryDecode(message, out string? text, out fault)) return false;
        // n or y | [a=...] | n=NAME | r=NONCE [| extensions]
        string[] fields = text.Split(',');
        fault = CheckHeader(fields);
        if (fault is not null) return false;
        string name = fields.Length > 2 ? fields[2] : "";
        if (name.StartsWith("m=", StringComparison.Ordinal)) fault = ScramFaults.ExtensionNotKnown;
        else if (!ScramText.TryReadName(name, out string userName)) fault = ScramFaults.NameInvalid;
        else if (fields.Length < 4 || !ScramText.TryReadNonce(fields[3], out string nonce)) fault = ScramFaults.NonceInvalid;
        else
        {
            fault = ScramText.CheckExtensions(fields.AsSpan(4));
            string header = $"{fields[0]},{fields[1]},";
            first = fault is null ? new ScramClientFirst(header, text[header.Length..], userName, nonce) : null;
        }
        return first is not null;
    }

    private static Fault? CheckHeader(string[] fields)
    {
        if (fields[0].StartsWith("p=", StringComparison.Ordinal)) return ScramFaults.ChannelBindingNotOffered;
        // y: the client could bind, and believes rightly that this server cannot.
        if (fields[0] is not ("n" or "y") || fields.Length < 2) return ScramFaults.HeaderInvalid;
        if (fields[1].StartsWith("a=", StringComparison.Ordinal)) return ScramFaults.AuthorizationIdNotOffered;
        return fields[1].Length == 0 ? null : ScramFaults.HeaderInvalid;
    }
}
