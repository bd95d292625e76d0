using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Broker.Diagnostics;

namespace Broker.Security.Http;

/// <summary>What came back from a service.</summary>
/// <param name="Outcome">What it comes to.</param>
/// <param name="Detail">Why it is not a yes, a clause for the operator.</param>
internal sealed record HttpAnswer(HttpAuthOutcome Outcome, string? Detail = null)
{
    /// <summary>Too many wait already.</summary>
    public static readonly HttpAnswer Busy = new(HttpAuthOutcome.Busy, "too many questions wait for the service");

    private const int JsonDepthMax = 16;

    /// <summary>Topic rules and more; null: none were given.</summary>
    public ClientGrant? Grant { get; init; }

    /// <summary>When the client has to go, milliseconds since 1970 UTC.</summary>
    public long ExpiresAt { get; init; } = VerifiedIdentity.NeverExpires;

    /// <summary>There is no answer that counts.</summary>
    public static HttpAnswer Failed(string why) => new(HttpAuthOutcome.Failed, why);

    /// <summary>
    /// Reads one: 204, or 200 without a body, is a yes, 4xx a no. A body is JSON with a <c>result</c> (EMQX) or an <c>ok</c>
    /// (mosquitto-go-auth), or one of their words alone.
    /// </summary>
    public static HttpAnswer Read(HttpStatusCode status, ReadOnlySpan<byte> body)
    {
        int code = (int)status;
        if (code == 204) return new HttpAnswer(HttpAuthOutcome.Allowed);
        // Of these two the client is not the cause.
        if (code is >= 400 and < 500 and not (408 or 429))
            return new HttpAnswer(HttpAuthOutcome.Denied, string.Create(CultureInfo.InvariantCulture, $"the answer was {code}"));
        if (code != 200) return Failed(string.Create(CultureInfo.InvariantCulture, $"the answer was {code}"));
        string text = Encoding.UTF8.GetString(body).Trim();
        if (text.Length == 0) return new HttpAnswer(HttpAuthOutcome.Allowed);
        if (text[0] != '{') return ReadWord(text) ?? Failed("the answer is neither JSON nor a word that is known");
        try
        {
            using var json = JsonText.Parse(Encoding.UTF8.GetBytes(text), JsonDepthMax);
            return ReadObject(json.RootElement);
        }
        catch (JsonException)
        {
            return Failed("the answer is not the JSON that it seems to be");
        }
    }

    private static HttpAnswer? ReadWord(string? word) => word?.ToLowerInvariant() switch
    {
        "allow" or "ok" => new HttpAnswer(HttpAuthOutcome.Allowed),
        "deny" => new HttpAnswer(HttpAuthOutcome.Denied, "the answer was deny"),
        "ignore" => new HttpAnswer(HttpAuthOutcome.Ignored, "the service does not know"),
        _ => null,
    };

    private static HttpAnswer ReadObject(JsonElement json)
    {
        HttpAnswer? answer = null;
        if (json.TryGetProperty("result", out JsonElement result))
            answer = ReadWord(JsonText.TryGet(result, out string? word) ? word : null);
        else if ((json.TryGetProperty("ok", out JsonElement ok) || json.TryGetProperty("Ok", out ok))
            && ok.ValueKind is JsonValueKind.True or JsonValueKind.False)
            answer = ReadWord(ok.ValueKind == JsonValueKind.True ? "ok" : "deny");
        if (answer is null) return Failed("the answer has no 'result' that is allow, deny or ignore");
        return answer.Outcome == HttpAuthOutcome.Allowed ? ReadGrant(json, answer) : answer;
    }

    private static HttpAnswer ReadGrant(JsonElement json, HttpAnswer answer)
    {
        GrantedRules? rules = null;
        bool isSuperuser = false;
        if (json.TryGetProperty("is_superuser", out JsonElement super) && super.ValueKind != JsonValueKind.Null)
        {
            if (super.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                return Failed("'is_superuser' is no truth value");
            isSuperuser = super.ValueKind == JsonValueKind.True;
        }
        if (json.TryGetProperty("acl", out JsonElement acl) && acl.ValueKind != JsonValueKind.Null)
        {
            rules = GrantedRules.Read(acl, "acl of the service", out string? error);
            if (rules is null) return Failed($"in the 'acl' of the answer {error}");
        }
        if (json.TryGetProperty("expire_at", out JsonElement end) && end.ValueKind != JsonValueKind.Null)
        {
            if (end.ValueKind != JsonValueKind.Number || !end.TryGetInt64(out long seconds))
                return Failed("'expire_at' is no instant");
            answer = answer with { ExpiresAt = Math.Clamp(seconds, 0, long.MaxValue / 1000) * 1000 };
        }
        return rules is null && !isSuperuser ? answer : answer with { Grant = new ClientGrant(rules, isSuperuser) };
    }
}
