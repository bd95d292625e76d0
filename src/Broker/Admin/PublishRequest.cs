using System.Text;
using System.Text.Json;
using Broker.Configuration;
using Broker.Messages;
using Broker.Protocol;
using Broker.Protocol.Properties;
using Broker.Protocol.Topics;

namespace Broker.Admin;

/// <summary>A message that an administrator wants published, as checked as one of a client.</summary>
internal sealed record PublishRequest
{
    public required Topic Topic { get; init; }

    public required byte[] Payload { get; init; }

    public QualityOfService Qos { get; init; }

    public bool Retain { get; init; }

    /// <summary>Message Expiry Interval, seconds; null: none.</summary>
    public uint? ExpirySeconds { get; init; }

    /// <summary>The other properties, encoded.</summary>
    public byte[] Properties { get; init; } = [];

    /// <summary>Reads the body.</summary>
    /// <param name="root">It.</param>
    /// <param name="limits">What clients are held to.</param>
    /// <param name="topic">The topic as it came, for the audit log.</param>
    /// <param name="problem">What is wrong; null: nothing.</param>
    public static PublishRequest? Read(JsonElement root, LimitOptions limits, out string topic, out ApiProblem? problem)
    {
        JsonFields fields = new(root);
        topic = fields.Text("topic") ?? "";
        if (TopicFault(topic, limits.Peers.TopicLevelsMax) is { } fault) fields.Fail("topic", fault);
        byte[] payload = ReadPayload(fields);
        if (limits.PayloadBytesMax > 0 && payload.Length > limits.PayloadBytesMax)
            fields.Fail("payload", $"payload has {payload.Length} bytes, and 'message_size_limit' is {limits.PayloadBytesMax}.");
        QualityOfService qos = (QualityOfService)(fields.Number("qos", 0, 2) ?? 0);
        bool retain = fields.Flag("retain");
        if (retain && !limits.IsRetainAvailable)
            fields.Fail("retain", "retain is not to be had: the configuration says 'retain_available false'.");
        JsonFields? properties = fields.Object("properties");
        uint? expiry = (uint?)properties?.Number("message_expiry_seconds", 0, uint.MaxValue);
        byte[] encoded = properties is null ? [] : ReadProperties(properties);
        properties?.End();
        fields.End();
        problem = fields.Problem;
        return problem is not null ? null : new PublishRequest
        {
            Topic = new Topic(topic),
            Payload = payload,
            Qos = qos,
            Retain = retain,
            ExpirySeconds = expiry,
            Properties = encoded,
        };
    }

    private static string? TopicFault(string topic, int levelsMax)
    {
        if (topic.Length == 0) return "topic is the topic to publish to, and it is missing or empty.";
        if (topic.AsSpan().ContainsAny('+', '#')) return "topic has a wildcard in it: a message goes to one topic.";
        if (!TopicName.IsValid(topic)) return "topic has a character in it that MQTT does not allow.";
        if (Encoding.UTF8.GetByteCount(topic) > ushort.MaxValue) return $"topic is longer than {ushort.MaxValue} bytes.";
        if (TopicDepth.IsTooDeep(topic, levelsMax)) return $"topic has more than {levelsMax} slashes (max_topic_levels).";
        return new Topic(topic).IsOfServer ? "topic is one of the broker's own, where nobody publishes." : null;
    }

    private static byte[] ReadPayload(JsonFields fields)
    {
        string? text = fields.Text("payload");
        byte[]? bytes = fields.Base64("payload_base64");
        if (text is not null && bytes is not null)
            fields.Fail("payload_base64", "payload and payload_base64 are both there: one of them says it.");
        return bytes ?? (text is null ? [] : Encoding.UTF8.GetBytes(text));
    }

    private static byte[] ReadProperties(JsonFields fields)
    {
        string? contentType = ReadText(fields, "content_type");
        string? responseTopic = ReadText(fields, "response_topic");
        if (responseTopic is not null && !TopicName.IsValid(responseTopic))
            fields.Fail("properties.response_topic", "properties.response_topic is a topic: not empty, no wildcard.");
        byte[]? correlation = fields.Base64("correlation_data_base64");
        if (correlation?.Length > ushort.MaxValue)
            fields.Fail("properties.correlation_data_base64", "properties.correlation_data_base64 is longer than 65535 bytes.");
        List<UserProperty> users = fields.TryGet("user_properties", out JsonElement value) ? ReadUsers(fields, value) : [];
        if (fields.Problem is not null) return [];
        PropertyWriter measure = new();
        Write(ref measure);
        byte[] encoded = new byte[measure.Length];
        PropertyWriter writer = new(encoded);
        Write(ref writer);
        return encoded;

        void Write(ref PropertyWriter to)
        {
            to.Text(PropertyId.ContentType, contentType);
            to.Text(PropertyId.ResponseTopic, responseTopic);
            if (correlation is not null) to.Binary(PropertyId.CorrelationData, correlation);
            to.User(users);
        }
    }

    private static string? ReadText(JsonFields fields, string name)
    {
        string? text = fields.Text(name);
        Check(fields, text, "properties." + name);
        return text;
    }

    // An array of names and values, whose order counts and whose names may repeat; or an object, where they do not.
    private static List<UserProperty> ReadUsers(JsonFields fields, JsonElement value)
    {
        const string Name = "properties.user_properties";
        List<UserProperty> users = [];
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in value.EnumerateObject())
                Add(member.Name, fields.Text(member.Value, $"{Name}.{member.Name}"), $"{Name}.{member.Name}");
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in value.EnumerateArray())
            {
                string where = $"{Name}[{users.Count}]";
                JsonFields pair = new(item, where, fields);
                Add(pair.Text("name") ?? Missing($"{where}.name"), pair.Text("value") ?? Missing($"{where}.value"), where);
                pair.End();
                if (fields.Problem is not null) break;
            }
        }
        else
        {
            fields.Fail(Name, $"{Name} is an array of objects with name and value, or an object.");
        }
        return users;

        void Add(string? name, string? text, string where)
        {
            Check(fields, name, where);
            Check(fields, text, where);
            users.Add(new UserProperty(name ?? "", text ?? ""));
        }

        string? Missing(string where)
        {
            fields.Fail(where, $"{where} is missing.");
            return null;
        }
    }

    private static void Check(JsonFields fields, string? text, string name)
    {
        if (text is null) return;
        if (!Utf8Rules.IsValid(text)) fields.Fail(name, $"{name} has a character in it that MQTT does not allow.");
        else if (Encoding.UTF8.GetByteCount(text) > ushort.MaxValue) fields.Fail(name, $"{name} is longer than 65535 bytes.");
    }
}
