using System.Text;
using System.Text.Json;
using Broker.Persistence.Changes;

namespace Broker.Persistence.Transfer;

/// <summary>
/// One line of an export. Everything that it has must be asked for; what is wrong is said with the line's number.
/// </summary>
internal sealed class FactReader
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly JsonElement _line;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public FactReader(long number, JsonElement line)
    {
        Line = number;
        _line = line;
        Type = Text("type");
    }

    public long Line { get; }

    public string Type { get; }

    public TransferException Bad(string reason) => new($"line {Line}: {reason}");

    public string? TextOrNull(string name)
    {
        if (Find(name) is not { } value) return null;
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Bad($"\"{name}\" has to be a string.");
        }
        catch (InvalidOperationException)
        {
            throw Bad($"\"{name}\" is not valid Unicode.");
        }
    }

    public string Text(string name) => TextOrNull(name) ?? throw Bad($"\"{name}\" is missing.");

    public long? NumberOrNull(string name, long min, long max)
    {
        if (Find(name) is not { } value) return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= min && number <= max
            ? number
            : throw Bad($"\"{name}\" has to be a whole number from {min} to {max}.");
    }

    public long Number(string name, long min, long max) =>
        NumberOrNull(name, min, max) ?? throw Bad($"\"{name}\" is missing.");

    public bool Flag(string name) => Find(name) is { } value && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Bad($"\"{name}\" has to be true or false."),
    };

    public uint[] Numbers(string name, long min, long max)
    {
        if (Find(name) is not { } values) return [];
        if (values.ValueKind != JsonValueKind.Array) throw Bad($"\"{name}\" has to be a list of numbers.");
        return [.. values.EnumerateArray().Select(value =>
            value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= min && number <= max
                ? (uint)number
                : throw Bad($"\"{name}\" has to be a list of whole numbers from {min} to {max}."))];
    }

    /// <summary>Topic, payload, properties and the rest of a message.</summary>
    public StoredMessage Message(TopicRules rules, string? publisherId = null)
    {
        string topic = Text("topic");
        if (!rules.IsTopicName(topic)) throw Bad($"\"{topic}\" is no topic name.");
        byte[] properties = Base64OrNull("properties_base64") ?? [];
        if (!rules.AreProperties(properties)) throw Bad("\"properties_base64\" are not the properties of a message.");
        return new StoredMessage(
            topic, Payload(), properties, (byte)Number("qos", 0, 2), Flag("retain"),
            NumberOrNull("expires_at", 0, long.MaxValue) ?? long.MaxValue, TextOrNull("publisher_id") ?? publisherId);
    }

    /// <summary>What nobody has asked for is a mistake, or of a release that knows more.</summary>
    public void End()
    {
        foreach (JsonProperty property in _line.EnumerateObject())
        {
            if (!_asked.Contains(property.Name))
                throw Bad($"\"{property.Name}\" is not a field of a line of type \"{Type}\".");
        }
    }

    private byte[] Payload()
    {
        string? text = TextOrNull("payload");
        byte[]? bytes = Base64OrNull("payload_base64");
        if (text is null == bytes is null) throw Bad("it needs either \"payload\" or \"payload_base64\".");
        return bytes ?? Strict.GetBytes(text!);
    }

    private byte[]? Base64OrNull(string name)
    {
        if (Find(name) is not { } value) return null;
        return value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out byte[]? bytes)
            ? bytes
            : throw Bad($"\"{name}\" is not base64.");
    }

    private JsonElement? Find(string name)
    {
        _asked.Add(name);
        return _line.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }
}
