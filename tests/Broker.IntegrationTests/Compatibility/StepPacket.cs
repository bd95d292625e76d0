using System.Globalization;
using System.Text;
using Broker.Protocol;
using Broker.TestKit;

namespace Broker.IntegrationTests.Compatibility;

/// <summary>The bytes that a line of an exchange sends.</summary>
internal sealed class StepPacket
{
    private const int KeepAliveSeconds = 60;

    private readonly Step _step;
    private readonly ProtocolVersion _version;
    private readonly Func<string, ushort> _packetId;
    private readonly WireBytes _properties = new();
    private readonly WireBytes _willProperties = new();
    private readonly Dictionary<string, string> _named = [];
    private readonly List<Word> _words = [];

    private StepPacket(Step step, ProtocolVersion version, Func<string, ushort> packetId)
    {
        _step = step;
        _version = version;
        _packetId = packetId;
        if (step.Verb is "subscribe") return; // Its keys belong to the filter before them.
        foreach (Word word in step.Words) Take(word);
    }

    private bool IsVersion5 => _version == ProtocolVersion.Mqtt50;

    /// <summary>Encodes a step.</summary>
    /// <param name="step">A packet, or <c>raw</c> or <c>frame</c>.</param>
    /// <param name="version">The version that the client speaks.</param>
    /// <param name="packetId">Knows the packet ids behind <c>#1</c>, <c>#2</c>, which the broker chose.</param>
    /// <exception cref="FormatException">The line is not one.</exception>
    public static byte[] Encode(Step step, ProtocolVersion version, Func<string, ushort> packetId)
    {
        var packet = new StepPacket(step, version, packetId);
        return step.Verb switch
        {
            "connect" => packet.Connect(),
            "publish" => packet.Publish(),
            "puback" => packet.Ack(0x40),
            "pubrec" => packet.Ack(0x50),
            "pubrel" => packet.Ack(0x62),
            "pubcomp" => packet.Ack(0x70),
            "subscribe" => packet.Subscribe(),
            "unsubscribe" => packet.Unsubscribe(),
            "ping" => WireBytes.Packet(0xc0, new WireBytes()),
            "disconnect" => packet.Ending(0xe0),
            "auth" => packet.Ending(0xf0),
            "raw" => WireText.Parse(step.Rest),
            "frame" => Frame(step),
            _ => throw step.Wrong($"nobody can {step.Verb}"),
        };
    }

    /// <summary>The client identifier that a CONNECT names.</summary>
    public static string ClientIdOf(Step step) =>
        step.Words.Where(word => word.Key == "id").Select(word => word.Value).FirstOrDefault() ?? step.Client;

    /// <summary>The version that a CONNECT speaks.</summary>
    public static ProtocolVersion VersionOf(Step step) =>
        step.Words.Where(word => word.Key == "v").Select(word => word.Value).FirstOrDefault() switch
        {
            "3" => ProtocolVersion.Mqtt31,
            "4" or null => ProtocolVersion.Mqtt311,
            "5" => ProtocolVersion.Mqtt50,
            _ => throw step.Wrong("v is 3, 4 or 5"),
        };

    private static byte[] Frame(Step step)
    {
        byte[] bytes = WireText.Parse(step.Rest);
        return WireBytes.Packet(bytes[0], new WireBytes().Raw(bytes.AsSpan(1)));
    }

    private void Take(Word word)
    {
        if (word.Key.Length == 0) _words.Add(word);
        else if (word.Key.StartsWith("will.", StringComparison.Ordinal))
        {
            if (!PropertyNames.TryAppend(_willProperties, word.Key["will.".Length..], word.Value)) throw Unknown(word);
        }
        else if (!PropertyNames.TryAppend(_properties, word.Key, word.Value)) _named.Add(word.Key, word.Value);
    }

    // CONNECT: 0x10 | remaining | name | level | flags | keep-alive [| properties] | id [| will] [| user] [| password]
    private byte[] Connect()
    {
        bool is31 = _version == ProtocolVersion.Mqtt31;
        string? will = Named("will"), user = Named("user"), password = Named("password"), id = Named("id");
        int flags = (Number("clean", 1) << 1) | (will is null ? 0 : 4) | (Number("will-qos", 0) << 3)
            | (Number("will-retain", 0) << 5) | (password is null ? 0 : 0x40) | (user is null ? 0 : 0x80);
        WireBytes body = new WireBytes().Text(Named("name") ?? (is31 ? "MQIsdp" : "MQTT")).Byte(Number("level", (int)_version))
            .Byte(Named("flags") is { } literal ? Hex(literal) : flags).TwoBytes(Number("keepalive", KeepAliveSeconds));
        AppendProperties(body, _properties);
        body.Text(id ?? _step.Client);
        if (will is not null)
        {
            AppendProperties(body, _willProperties);
            byte[] payload = Named("will-payload-hex") is { } hex
                ? Convert.FromHexString(hex)
                : Encoding.UTF8.GetBytes(Named("will-payload") ?? "gone");
            body.Text(will).TwoBytes(payload.Length).Raw(payload);
        }
        if (user is not null) body.Text(user);
        if (password is not null) body.Text(password);
        Done("v");
        return WireBytes.Packet(0x10, body);
    }

    // PUBLISH: 0x30 + flags | remaining | topic [| packet id] [| properties] | payload
    private byte[] Publish()
    {
        int qos = Number("qos", 0);
        int first = 0x30 | (Flag("dup") ? 8 : 0) | (qos << 1) | (Flag("retain") ? 1 : 0);
        WireBytes body = new WireBytes().Text(_words[0].Value);
        if (qos > 0) body.TwoBytes(Number("id", 1));
        AppendProperties(body, _properties);
        if (_words.Count > 1) body.Raw(Encoding.UTF8.GetBytes(_words[1].Value));
        Done();
        return WireBytes.Packet(first, body);
    }

    // PUBACK and its like: type | remaining | packet id [| reason [| properties]]
    private byte[] Ack(int first)
    {
        WireBytes body = new WireBytes().TwoBytes(_packetId(_words[0].Value));
        AppendReason(body);
        return WireBytes.Packet(first, body);
    }

    // DISCONNECT, AUTH: type | remaining [| reason [| properties]]
    private byte[] Ending(int first)
    {
        var body = new WireBytes();
        AppendReason(body);
        return WireBytes.Packet(first, body);
    }

    // SUBSCRIBE: 0x82 | remaining | packet id [| properties] | (filter | options) ...
    private byte[] Subscribe()
    {
        List<(string Filter, int Options)> filters = [];
        foreach (Word word in _step.Words)
        {
            bool isFlag = word is { Key: "", IsQuoted: false, Value: "nl" or "rap" };
            if (word.Key.Length == 0 && !isFlag) filters.Add((word.Value, 0));
            else if (isFlag) Set(word.Value == "nl" ? 4 : 8);
            else if (word.Key == "qos") Set(int.Parse(word.Value, CultureInfo.InvariantCulture));
            else if (word.Key == "rh") Set(int.Parse(word.Value, CultureInfo.InvariantCulture) << 4);
            else if (word.Key == "options") Set(Hex(word.Value));
            else Take(word);
        }
        WireBytes body = new WireBytes().TwoBytes(Number("id", 1));
        AppendProperties(body, _properties);
        foreach ((string filter, int options) in filters) body.Text(filter).Byte(options);
        Done();
        return WireBytes.Packet(0x82, body);

        void Set(int bits) => filters[^1] = (filters[^1].Filter, filters[^1].Options | bits);
    }

    // UNSUBSCRIBE: 0xa2 | remaining | packet id [| properties] | filter ...
    private byte[] Unsubscribe()
    {
        WireBytes body = new WireBytes().TwoBytes(Number("id", 1));
        AppendProperties(body, _properties);
        foreach (Word filter in _words) body.Text(filter.Value);
        Done();
        return WireBytes.Packet(0xa2, body);
    }

    private void AppendProperties(WireBytes body, WireBytes properties)
    {
        if (IsVersion5) body.WithLength(properties);
        else if (properties.ToArray().Length > 0) throw _step.Wrong("only 5.0 has properties");
    }

    private void AppendReason(WireBytes body)
    {
        bool hasProperties = _properties.ToArray().Length > 0;
        string? reason = Named("reason");
        if (reason is not null || hasProperties) body.Byte(Hex(reason ?? "00"));
        if (hasProperties) AppendProperties(body, _properties);
        Done();
    }

    private bool Flag(string name) => _words.Remove(new Word("", name, IsQuoted: false));

    private string? Named(string key) => _named.Remove(key, out string? value) ? value : null;

    private int Number(string key, int otherwise) =>
        Named(key) is { } value ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;

    private static int Hex(string value) => int.Parse(value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private void Done(string ignored = "")
    {
        _named.Remove(ignored);
        foreach (string key in _named.Keys) throw Unknown(new Word(key, "", false));
    }

    private FormatException Unknown(Word word) => _step.Wrong($"there is no {word.Key}");
}
