using System.Net;
using Broker.Diagnostics;
using Broker.Security;
using Broker.Security.Http;

namespace Broker.Fuzzing.Targets;

/// <summary>What a service answers for authentication or access: a byte for the status, the rest is the body.</summary>
internal static class AnswerTarget
{
    private static readonly HttpStatusCode[] Statuses =
        [HttpStatusCode.OK, HttpStatusCode.NoContent, HttpStatusCode.Forbidden, HttpStatusCode.InternalServerError];

    public static FuzzTarget Create() => new(
        "answers",
        EscapedText.ReadAll(
            @"0{""result"":""allow"",", @"""ok"":true,", @"""is_superuser"":", @"""acl"":[", @"""acl"":{""pub"":[", "read a/#",
            @"{""permission"":""allow"",""action"":""publish"",""topic"":""a""}", @"""expire_at"":", "ignore", "deny", "]}",
            "${clientid}", "null", "1e400", @"\\ud800"),
        Read);

    private static void Read(byte[] input)
    {
        if (input.Length == 0) return;
        HttpStatusCode status = Statuses[input[0] % Statuses.Length];
        HttpAnswer answer = HttpAnswer.Read(status, input.AsSpan(1));
        BrokenException.Unless(
            (answer.Outcome == HttpAuthOutcome.Allowed) == (answer.Detail is null), "a no without a word, or a yes with one");
        if (answer.Outcome != HttpAuthOutcome.Allowed)
        {
            BrokenException.Unless(answer.Grant is null, "refused, and given something");
            return;
        }
        BrokenException.Unless(status is HttpStatusCode.OK or HttpStatusCode.NoContent, "a yes that was a no");
        BrokenException.Unless(answer.ExpiresAt >= 0, "an end before 1970");
        foreach (AclRule rule in answer.Grant?.Rules?.Rules ?? [])
            BrokenException.Unless(Protocol.Topics.TopicFilter.IsValid(rule.Filter), "a rule about no topic");
    }
}
