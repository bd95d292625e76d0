using System.Text.Json;
using Broker.Security;

namespace Broker.Admin;

/// <summary>
/// Reads an object of a request member by member. The first member that is wrong is named; those that nobody reads are wrong too,
/// so that a misspelt one is not passed over.
/// </summary>
internal sealed class JsonFields
{
    private readonly JsonElement _object;
    private readonly string _prefix;
    private readonly JsonFields? _outer;
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
    private ApiProblem? _problem;

    /// <param name="element">What came.</param>
    /// <param name="name">Its name; empty: the body.</param>
    /// <param name="outer">The object that it stands in, or null.</param>
    public JsonFields(JsonElement element, string name = "", JsonFields? outer = null)
    {
        (_object, _prefix, _outer) = (element, name.Length == 0 ? "" : name + ".", outer);
        if (outer is null && !JsonText.HasTextNames(element))
        {
            Fail(null, "The body has a name with half a surrogate pair in it, which is no text.");
            _object = default;
        }
        else if (element.ValueKind != JsonValueKind.Object)
        {
            Fail(name.Length == 0 ? null : name, $"{(name.Length == 0 ? "The body" : name)} is a JSON object.");
        }
    }

    /// <summary>What is wrong; null: nothing yet.</summary>
    public ApiProblem? Problem => _outer is { } outer ? outer.Problem : _problem;

    /// <summary>A string; null: it is not there.</summary>
    public string? Text(string name) =>
        TryGet(name, out JsonElement value) ? Text(value, _prefix + name) : null;

    /// <summary>Bytes in base64; null: they are not there.</summary>
    public byte[]? Base64(string name)
    {
        if (!TryGet(name, out JsonElement value)) return null;
        if (value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out byte[]? bytes)) return bytes;
        Fail(_prefix + name, $"{_prefix}{name} is a string in base64.");
        return null;
    }

    /// <summary>A whole number in a range; null: it is not there.</summary>
    public long? Number(string name, long minimum, long maximum)
    {
        if (!TryGet(name, out JsonElement value)) return null;
        bool isWhole = value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _);
        if (isWhole && value.GetInt64() is var number && number >= minimum && number <= maximum) return number;
        Fail(_prefix + name, $"{_prefix}{name} is a whole number from {minimum} to {maximum}.");
        return null;
    }

    /// <summary>True or false.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="byDefault">What it is when it is not there.</param>
    public bool Flag(string name, bool byDefault = false)
    {
        if (!TryGet(name, out JsonElement value)) return byDefault;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.ValueKind == JsonValueKind.True;
        Fail(_prefix + name, $"{_prefix}{name} is true or false.");
        return false;
    }

    /// <summary>An object; null: it is not there.</summary>
    public JsonFields? Object(string name) =>
        TryGet(name, out JsonElement value) ? new JsonFields(value, _prefix + name, this) : null;

    /// <summary>Whatever it is; not there: false.</summary>
    public bool TryGet(string name, out JsonElement value)
    {
        value = default;
        _read.Add(name);
        return _object.ValueKind == JsonValueKind.Object && _object.TryGetProperty(name, out value)
            && value.ValueKind != JsonValueKind.Null;
    }

    /// <summary>A string that is in something.</summary>
    /// <param name="value">It.</param>
    /// <param name="name">Its whole name.</param>
    public string? Text(JsonElement value, string name)
    {
        try
        {
            if (value.ValueKind == JsonValueKind.String) return value.GetString();
            Fail(name, $"{name} is a string.");
        }
        catch (InvalidOperationException)
        {
            Fail(name, $"{name} has half a surrogate pair in it, which is no text.");
        }
        return null;
    }

    /// <summary>A member is wrong. The first counts.</summary>
    /// <param name="field">Its whole name; null: the body as such.</param>
    /// <param name="sentence">What is wrong.</param>
    public void Fail(string? field, string sentence)
    {
        if (_outer is not null) _outer.Fail(field, sentence);
        else _problem ??= ApiAnswer.Problem(StatusCodes.Status400BadRequest, sentence, field);
    }

    /// <summary>Nothing more will be read.</summary>
    public void End()
    {
        if (_object.ValueKind != JsonValueKind.Object) return;
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (JsonProperty member in _object.EnumerateObject())
        {
            string name = _prefix + member.Name;
            if (!_read.Contains(member.Name)) Fail(name, $"There is no '{name}' here; there is {string.Join(", ", _read)}.");
            else if (!seen.Add(member.Name)) Fail(name, $"{name} is there twice.");
        }
    }
}
