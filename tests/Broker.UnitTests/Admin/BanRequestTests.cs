using System.Text.Json;
using Broker.Admin;
using Broker.Security.Bans;

namespace Broker.UnitTests.Admin;

/// <summary>Whom an administrator wants to ban, and for how long.</summary>
public sealed class BanRequestTests
{
    // 2030-01-01T00:00:00Z.
    private const long Now = 1_893_456_000_000;

    [Theory]
    [InlineData("""{"who": "c"}""", "as")]
    [InlineData("""{"as": "colour", "who": "c"}""", "as")]
    [InlineData("""{"as": "clientid"}""", "who")]
    [InlineData("""{"as": "clientid", "who": ""}""", "who")]
    [InlineData("""{"as": "clientid", "who": "a\u0000b"}""", "who")]
    [InlineData("""{"as": "peerhost", "who": "host.example"}""", "who")]
    [InlineData("""{"as": "peerhost", "who": "10.0.0.0/8"}""", "who")]
    [InlineData("""{"as": "peerhost_net", "who": "10.0.0.1"}""", "who")]
    [InlineData("""{"as": "peerhost_net", "who": "10.0.0.1/8"}""", "who")]
    [InlineData("""{"as": "clientid", "who": "c", "reason": "a\nb"}""", "reason")]
    [InlineData("""{"as": "clientid", "who": "c", "seconds": 0}""", "seconds")]
    [InlineData("""{"as": "clientid", "who": "c", "until": "tomorrow"}""", "until")]
    [InlineData("""{"as": "clientid", "who": "c", "until": "2030-06-01"}""", "until")]
    [InlineData("""{"as": "clientid", "who": "c", "until": "2030-06-01T00:00:00"}""", "until")]
    [InlineData("""{"as": "clientid", "who": "c", "until": "2030-01-01T00:00:00Z"}""", "until")]
    [InlineData("""{"as": "clientid", "who": "c", "until": "2030-06-01T00:00:00Z", "seconds": 1}""", "seconds")]
    [InlineData("""{"as": "clientid", "who": "c", "disconnect": 1}""", "disconnect")]
    [InlineData("""{"as": "clientid", "who": "c", "disconnect": false, "delete_sessions": true}""", "delete_sessions")]
    [InlineData("""{"as": "clientid", "who": "c", "by": "me"}""", "by")]
    public void What_is_wrong_is_named(string json, string field)
    {
        BanRequest? request = Read(json, out ApiProblem? problem);

        Assert.Null(request);
        Assert.Equal((400, field), (problem!.Status, problem.Field));
        Assert.EndsWith(".", problem.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", Ban.ForEver)]
    [InlineData(", \"until\": \"infinity\"", Ban.ForEver)]
    [InlineData(", \"seconds\": 90", Now + 90_000)]
    [InlineData(", \"until\": \"2030-01-01T00:00:01.5Z\"", Now + 1500)]
    [InlineData(", \"until\": \"2030-01-01T02:00:01+02:00\"", Now + 1000)]
    [InlineData(", \"until\": \"2029-12-31T19:00:01-05:00\"", Now + 1000)]
    public void An_end_is_an_instant_a_time_or_none(string more, long expected)
    {
        BanRequest? request = Read("{\"as\": \"clientid\", \"who\": \"c\"" + more + "}", out ApiProblem? problem);

        Assert.Null(problem);
        Assert.Equal(expected, request!.Until);
        Assert.True(request is { Disconnects: true, DeletesSessions: false, Reason: null });
    }

    private static BanRequest? Read(string json, out ApiProblem? problem)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return BanRequest.Read(document.RootElement, Now, out _, out problem);
    }
}
