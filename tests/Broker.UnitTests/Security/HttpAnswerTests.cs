using System.Net;
using System.Text;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Security;
using Broker.Security.Http;
using Microsoft.Extensions.Time.Testing;

namespace Broker.UnitTests.Security;

public sealed class HttpAnswerTests
{
    [Theory]
    [InlineData(204, "", "Allowed")]
    [InlineData(200, "", "Allowed")]
    [InlineData(200, " ok\n", "Allowed")]
    [InlineData(200, "allow", "Allowed")]
    [InlineData(200, "{\"result\":\"allow\"}", "Allowed")]
    [InlineData(200, "{\"ok\":true,\"error\":\"\"}", "Allowed")]
    [InlineData(200, "{\"Ok\":true}", "Allowed")]
    [InlineData(200, "deny", "Denied")]
    [InlineData(200, "{\"result\":\"deny\"}", "Denied")]
    [InlineData(200, "{\"ok\":false,\"error\":\"no\"}", "Denied")]
    [InlineData(400, "", "Denied")]
    [InlineData(401, "{\"result\":\"allow\"}", "Denied")]
    [InlineData(403, "ok", "Denied")]
    [InlineData(404, "", "Denied")]
    [InlineData(200, "ignore", "Ignored")]
    [InlineData(200, "{\"result\":\"ignore\"}", "Ignored")]
    [InlineData(200, "{\"result\":\"yes\"}", "Failed")]
    [InlineData(200, "{\"result\":true}", "Failed")]
    [InlineData(200, "{\"ok\":\"true\"}", "Failed")]
    [InlineData(200, "{}", "Failed")]
    [InlineData(200, "{\"result\":\"allow\"", "Failed")]
    [InlineData(200, "{\"result\":\"allow\",\"acl\":7}", "Failed")]
    [InlineData(200, "{\"result\":\"allow\",\"is_superuser\":\"true\"}", "Failed")]
    [InlineData(200, "{\"result\":\"allow\",\"expire_at\":\"soon\"}", "Failed")]
    [InlineData(200, "{\"result\":\"allow\",\"\\ud800\":1}", "Failed")]
    [InlineData(200, "{\"result\":\"allow\",\"acl\":{\"pub\":[\"a\"],\"\\ud800\":[]}}", "Failed")]
    [InlineData(200, "<html>It works!</html>", "Failed")]
    [InlineData(200, "[]", "Failed")]
    [InlineData(200, "\u0000\u0001", "Failed")]
    [InlineData(202, "", "Failed")]
    [InlineData(302, "", "Failed")]
    [InlineData(408, "", "Failed")]
    [InlineData(429, "", "Failed")]
    [InlineData(500, "{\"result\":\"allow\"}", "Failed")]
    [InlineData(503, "", "Failed")]
    public void What_an_answer_comes_to(int status, string body, string outcome) =>
        Assert.Equal(outcome, HttpAnswer.Read((HttpStatusCode)status, Encoding.UTF8.GetBytes(body)).Outcome.ToString());

    [Fact]
    public void A_yes_may_bring_rules_an_end_and_all_rights()
    {
        HttpAnswer answer = Read("""
            {"result":"allow","expire_at":1900000000,"acl":[{"permission":"allow","action":"subscribe","topic":"a/${username}"}]}
            """);
        Assert.Equal(1_900_000_000_000, answer.ExpiresAt);
        ClientAccess access = AccessControl.Open.For(new ListenerOptions(), "ann", "c", answer.Grant)!;
        Assert.True(access.MayRead("a/ann"));
        Assert.False(access.MayWrite("a/ann"));

        Assert.Null(Read("""{"result":"allow","is_superuser":false,"acl":null}""").Grant);
        HttpAnswer super = Read("""{"result":"allow","is_superuser":true,"acl":[]}""");
        Assert.Null(AccessControl.Open.For(new ListenerOptions(), "ann", "c", super.Grant));
    }

    [Fact]
    public void A_question_is_JSON_or_a_form_with_the_same_fields()
    {
        ClientCredentials client = new(new ListenerSecurityOptions(), "änn", Encoding.UTF8.GetBytes("p&=\"+ ü"))
        {
            ClientId = "c\n1",
            RemoteAddress = "[::1]:40000",
            Listener = new ListenerOptions(),
        };

        Assert.Equal(
            """{"clientid":"c\n1","username":"\u00E4nn","password":"p\u0026=\u0022\u002B \u00FC","ipaddress":"::1","""
            + "\"listener\":\"1883\"}",
            Encoding.UTF8.GetString(HttpQuestion.About(in client)!.Write(HttpAuthFormat.Json)));
        Assert.Equal(
            "clientid=c%0A1&username=%C3%A4nn&password=p%26%3D%22%2B%20%C3%BC&ipaddress=%3A%3A1&listener=1883",
            Encoding.UTF8.GetString(HttpQuestion.About(in client)!.Write(HttpAuthFormat.Form)));
        ClientCredentials binary = client with { Password = new byte[] { 0xFF } };
        Assert.Null(HttpQuestion.About(in binary));
    }

    // As log lines have them, which is how mosquitto writes them: IPv6 without brackets.
    [Theory]
    [InlineData("192.0.2.7:40000", "192.0.2.7")]
    [InlineData("2001:db8::1:40000", "2001:db8::1")]
    [InlineData("2001:db8::1:1883", "2001:db8::1")]
    [InlineData("[2001:db8::1]:40000", "2001:db8::1")]
    [InlineData("/run/broker.sock", "/run/broker.sock")]
    [InlineData("unknown", "unknown")]
    public void The_address_of_a_question_has_no_port(string remoteAddress, string address) =>
        Assert.Equal(address, HttpQuestion.WithoutPort(remoteAddress));

    [Fact]
    public void What_is_remembered_is_bounded_in_time_and_number()
    {
        FakeTimeProvider time = new();
        AnswerCache cache = new(time, TimeSpan.FromSeconds(30), generationMax: 10);
        Uri url = new("http://127.0.0.1/");
        HttpAnswer yes = new(HttpAuthOutcome.Allowed);
        cache.Add(cache.KeyOf(url, "a"u8), yes);

        Assert.Same(yes, cache.Find(cache.KeyOf(url, "a"u8)));
        Assert.Null(cache.Find(cache.KeyOf(url, "b"u8)));
        Assert.Null(cache.Find(cache.KeyOf(new Uri("http://127.0.0.1/other"), "a"u8)));
        Assert.NotEqual(cache.KeyOf(url, "a"u8), new AnswerCache(time, TimeSpan.Zero).KeyOf(url, "a"u8));
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(cache.Find(cache.KeyOf(url, "a"u8)));
        for (int i = 0; i < 1000; i++) cache.Add((UInt128)i, yes);
        Assert.InRange(cache.Count, 10, 20);
        Assert.Same(yes, cache.Find(999));
        cache.Clear();
        Assert.Equal(0, cache.Count);
    }

    private static HttpAnswer Read(string body)
    {
        HttpAnswer answer = HttpAnswer.Read(HttpStatusCode.OK, Encoding.UTF8.GetBytes(body));
        Assert.True(answer.Outcome == HttpAuthOutcome.Allowed, answer.Detail);
        return answer;
    }
}
