using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Broker.Persistence.Changes;

namespace Broker.Persistence.Transfer;

/// <summary>Writes facts as JSON, one a line. What is false, empty or not there is left out.</summary>
internal sealed class FactWriter : IDisposable
{
    /// <summary>A longer payload is written as base64 in parts, whatever it is: the JSON writer has limits for a text.</summary>
    internal const int TextBytesMax = 64 * 1024 * 1024;

    // A multiple of three, so that the parts fit together.
    private const int Base64PartBytes = 3 * 1024 * 1024;
    private const int FlushBytes = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _lines = new();
    private readonly Utf8JsonWriter _json;
    private readonly Stream _output;

    public FactWriter(Stream output)
    {
        _output = output;
        // Topics and payloads stay readable: nothing of this goes into a web page.
        _json = new Utf8JsonWriter(_lines, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    public FactWriter Begin(string type)
    {
        _json.WriteStartObject();
        _json.WriteString("type", type);
        return this;
    }

    public FactWriter Text(string name, string? value)
    {
        if (value is not null) _json.WriteString(name, value);
        return this;
    }

    public FactWriter Number(string name, long? value)
    {
        if (value is { } number) _json.WriteNumber(name, number);
        return this;
    }

    public FactWriter Flag(string name, bool value)
    {
        if (value) _json.WriteBoolean(name, true);
        return this;
    }

    public FactWriter Numbers(string name, IReadOnlyList<uint> values)
    {
        if (values.Count == 0) return this;
        _json.WriteStartArray(name);
        foreach (uint value in values) _json.WriteNumberValue(value);
        _json.WriteEndArray();
        return this;
    }

    /// <summary>Topic, payload, properties and the rest of a message.</summary>
    public FactWriter Message(StoredMessage message)
    {
        Text("topic", message.Topic);
        ReadOnlySpan<byte> payload = message.Payload.Span;
        if (payload.Length <= TextBytesMax && Utf8.IsValid(payload)) _json.WriteString("payload", payload);
        else Base64("payload_base64", payload);
        if (!message.Properties.IsEmpty) Base64("properties_base64", message.Properties.Span);
        Number("qos", message.Qos);
        Flag("retain", message.Retain);
        if (message.ExpiresAt != long.MaxValue) Number("expires_at", message.ExpiresAt);
        return Text("publisher_id", message.PublisherId);
    }

    /// <summary>Ends the line.</summary>
    public ValueTask EndAsync(CancellationToken cancellationToken)
    {
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _lines.Write("\n"u8);
        return _lines.WrittenCount < FlushBytes ? default : new ValueTask(FlushAsync(cancellationToken));
    }

    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _output.WriteAsync(_lines.WrittenMemory, cancellationToken).ConfigureAwait(false);
        await _output.FlushAsync(cancellationToken).ConfigureAwait(false);
        _lines.ResetWrittenCount();
    }

    public void Dispose() => _json.Dispose();

    private void Base64(string name, ReadOnlySpan<byte> bytes)
    {
        _json.WritePropertyName(name);
        while (bytes.Length > Base64PartBytes)
        {
            _json.WriteBase64StringSegment(bytes[..Base64PartBytes], isFinalSegment: false);
            bytes = bytes[Base64PartBytes..];
        }
        _json.WriteBase64StringSegment(bytes, isFinalSegment: true);
    }
}
