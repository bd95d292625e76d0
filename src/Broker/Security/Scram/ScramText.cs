using System.Diagnostics.CodeAnalysis;
using System.Text;
using Broker.Protocol;

namespace Broker.Security.Scram;

/// <summary>What both messages of a client are made of (RFC 5802 section 7).</summary>
internal static class ScramText
{
    /// <summary>A client's message has so many bytes at most: name and nonce are what is long in it.</summary>
    public const int BytesMax = 4096;

    /// <summary>A message as text: what MQTT forbids in a string is not in it either.</summary>
    public static bool TryDecode(
        ReadOnlySpan<byte> message, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out Fault? fault)
    {
        fault = message.Length > BytesMax ? ScramFaults.MessageTooLong
            : !Utf8Rules.IsValid(message) ? ScramFaults.MessageNotText
            : null;
        text = fault is null ? Encoding.UTF8.GetString(message) : null;
        return fault is null;
    }

    /// <summary>The value of <c>r=</c>: printable ASCII without a comma, at least one character.</summary>
    public static bool TryReadNonce(string field, out string nonce)
    {
        nonce = field.StartsWith("r=", StringComparison.Ordinal) ? field[2..] : "";
        return nonce.Length > 0 && !nonce.AsSpan().ContainsAnyExceptInRange('!', '~');
    }

    /// <summary>The value of <c>n=</c>, in which <c>=2C</c> is a comma and <c>=3D</c> an equals sign.</summary>
    public static bool TryReadName(string field, out string name)
    {
        name = "";
        if (!field.StartsWith("n=", StringComparison.Ordinal) || field.Length == 2) return false;
        string[] parts = field[2..].Split('=');
        var text = new StringBuilder(parts[0]);
        foreach (string part in parts[1..])
        {
            bool isComma = part.StartsWith("2C", StringComparison.Ordinal);
            if (!isComma && !part.StartsWith("3D", StringComparison.Ordinal)) return false;
            text.Append(isComma ? ',' : '=').Append(part, 2, part.Length - 2);
        }
        name = text.ToString();
        return true;
    }

    /// <summary>Null when these may be left unread: extensions that are well-formed and not mandatory.</summary>
    public static Fault? CheckExtensions(ReadOnlySpan<string> fields)
    {
        foreach (string field in fields)
        {
            if (field.StartsWith("m=", StringComparison.Ordinal)) return ScramFaults.ExtensionNotKnown;
            bool isExtension = field.Length > 2 && char.IsAsciiLetter(field[0]) && field[1] == '=';
            if (!isExtension) return ScramFaults.ExtensionInvalid;
        }
        return null;
    }
}
