using System.Collections.Frozen;
using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Broker.Transport.Tls;

/// <summary>
/// Distinguished names as OpenSSL prints them under XN_FLAG_RFC2253, byte for byte: user names of access lists were written with
/// that form in mind, and .NET's own differs in spaces, escapes and rarer names.
/// </summary>
internal static class TlsSubjectName
{
    private const string CommonNameId = "2.5.4.3";

    private static readonly FrozenDictionary<string, string> ShortNames = new Dictionary<string, string>
    {
        [CommonNameId] = "CN",
        ["2.5.4.4"] = "SN",
        ["2.5.4.5"] = "serialNumber",
        ["2.5.4.6"] = "C",
        ["2.5.4.7"] = "L",
        ["2.5.4.8"] = "ST",
        ["2.5.4.9"] = "street",
        ["2.5.4.10"] = "O",
        ["2.5.4.11"] = "OU",
        ["2.5.4.12"] = "title",
        ["2.5.4.13"] = "description",
        ["2.5.4.15"] = "businessCategory",
        ["2.5.4.16"] = "postalAddress",
        ["2.5.4.17"] = "postalCode",
        ["2.5.4.20"] = "telephoneNumber",
        ["2.5.4.41"] = "name",
        ["2.5.4.42"] = "GN",
        ["2.5.4.43"] = "initials",
        ["2.5.4.44"] = "generationQualifier",
        ["2.5.4.45"] = "x500UniqueIdentifier",
        ["2.5.4.46"] = "dnQualifier",
        ["2.5.4.65"] = "pseudonym",
        ["2.5.4.97"] = "organizationIdentifier",
        ["0.9.2342.19200300.100.1.1"] = "UID",
        ["0.9.2342.19200300.100.1.3"] = "mail",
        ["0.9.2342.19200300.100.1.25"] = "DC",
        ["1.2.840.113549.1.9.1"] = "emailAddress",
        ["1.2.840.113549.1.9.2"] = "unstructuredName",
        ["1.2.840.113549.1.9.8"] = "unstructuredAddress",
        ["1.3.6.1.4.1.311.60.2.1.1"] = "jurisdictionL",
        ["1.3.6.1.4.1.311.60.2.1.2"] = "jurisdictionST",
        ["1.3.6.1.4.1.311.60.2.1.3"] = "jurisdictionC",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The first common name; null when there is none, or an empty or unprintable one.</summary>
    public static string? CommonName(X500DistinguishedName name)
    {
        foreach (Element element in Elements(name))
        {
            if (element.Id != CommonNameId) continue;
            string? text = Text(element.Value.Span);
            return string.IsNullOrEmpty(text) || text.Contains('\0') ? null : text;
        }
        return null;
    }

    /// <summary><c>CN=joe,OU=Users,O=Example\, Inc.,C=GB</c>: the last element first, null when there are no elements.</summary>
    public static string? Format(X500DistinguishedName name)
    {
        StringBuilder text = new();
        List<Element> elements = Elements(name);
        for (int i = elements.Count - 1; i >= 0; i--)
        {
            if (text.Length > 0) text.Append(elements[i].Set == elements[i + 1].Set ? '+' : ',');
            Append(text, elements[i]);
        }
        return text.Length == 0 ? null : text.ToString();
    }

    private static void Append(StringBuilder text, Element element)
    {
        bool isKnown = ShortNames.TryGetValue(element.Id, out string? shortName);
        text.Append(shortName ?? element.Id).Append('=');
        string? value = isKnown ? Text(element.Value.Span) : null;
        if (value is null) text.Append('#').Append(Convert.ToHexString(element.Value.Span));
        else Escape(text, Encoding.UTF8.GetBytes(value));
    }

    private static void Escape(StringBuilder text, byte[] value)
    {
        for (int i = 0; i < value.Length; i++)
        {
            byte one = value[i];
            bool isEdge = (i == 0 && one is (byte)' ' or (byte)'#') || (i == value.Length - 1 && one == ' ');
            if (one is < 0x20 or >= 0x7F) text.Append('\\').Append(one.ToString("X2", CultureInfo.InvariantCulture));
            else if (isEdge || ",+\"\\<>;".Contains((char)one, StringComparison.Ordinal)) text.Append('\\').Append((char)one);
            else text.Append((char)one);
        }
    }

    // Name ::= SEQUENCE OF SET OF SEQUENCE { type, value }
    private static List<Element> Elements(X500DistinguishedName name)
    {
        List<Element> elements = [];
        AsnReader sets = new AsnReader(name.RawData, AsnEncodingRules.BER).ReadSequence();
        for (int set = 0; sets.HasData; set++)
        {
            AsnReader members = sets.ReadSetOf(skipSortOrderValidation: true);
            while (members.HasData)
            {
                AsnReader member = members.ReadSequence();
                elements.Add(new Element(set, member.ReadObjectIdentifier(), member.ReadEncodedValue()));
            }
        }
        return elements;
    }

    /// <summary>The value's characters; null when it is not of a type that has characters.</summary>
    private static string? Text(ReadOnlySpan<byte> encoded)
    {
        Asn1Tag tag = Asn1Tag.Decode(encoded, out _);
        if (tag.TagClass != TagClass.Universal) return null;
        AsnDecoder.ReadEncodedValue(encoded, AsnEncodingRules.BER, out int offset, out int length, out _);
        ReadOnlySpan<byte> content = encoded.Slice(offset, length);
        return (UniversalTagNumber)tag.TagValue switch
        {
            UniversalTagNumber.UTF8String => Encoding.UTF8.GetString(content),
            UniversalTagNumber.BMPString => Encoding.BigEndianUnicode.GetString(content),
            UniversalTagNumber.UniversalString => new UTF32Encoding(bigEndian: true, byteOrderMark: false).GetString(content),
            UniversalTagNumber.NumericString or UniversalTagNumber.PrintableString or UniversalTagNumber.T61String
                or UniversalTagNumber.IA5String or UniversalTagNumber.VisibleString => Encoding.Latin1.GetString(content),
            _ => null,
        };
    }

    private readonly record struct Element(int Set, string Id, ReadOnlyMemory<byte> Value);
}
