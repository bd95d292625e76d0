using System.Net;
using System.Text;
using Broker.Admin;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Security.Bans;
using Broker.TestKit;
using Broker.TestKit.Processes;
using Microsoft.AspNetCore.Http;

namespace Broker.UnitTests.Admin;

/// <summary>Who gets what from a listener with <c>protocol http_api</c>: users are those of MQTT, and who is kept out.</summary>
public sealed class HttpApiTests : IAsyncDisposable
{
    private static readonly IPAddress Stranger = IPAddress.Parse("192.0.2.7");

    private readonly TemporaryFolder _folder = new();
    private readonly TestBroker _broker;
    private readonly HttpApi _api;

    public HttpApiTests()
    {
        Directory.CreateDirectory(_folder.File("site/private"));
        File.WriteAllText(_folder.File("site/private/plan.txt"), "plan");
        File.WriteAllText(_folder.File("site/public.txt"), "public");
        ListenerSecurityOptions security = new()
        {
            PasswordFile = _folder.Write("passwords", "ann:secret\n"),
            AclFile = _folder.Write("acl", "user ann\ntopic read /#\ntopic deny /private/plan.txt\n"),
        };
        ListenerOptions listener = new()
        {
            Protocol = ListenerProtocol.HttpApi, Port = 8080, Security = security, HttpFolder = _folder.File("site"),
        };
        BanRate rate = new(3, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10));
        _broker = new TestBroker(options => options with
        {
            AllowPlainTextPasswords = true,
            Listeners = [listener],
            Limits = options.Limits with { Bans = options.Limits.Bans with { FailedLogin = rate } },
        });
        _api = new HttpApi(_broker.Engine, "1.0");
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Who_guesses_passwords_is_banned_as_one_who_guesses_them_over_MQTT()
    {
        for (int i = 0; i < 4; i++) Assert.Equal(401, (await Get("/public.txt", $"ann:{i}")).Status);

        Assert.NotNull(_broker.Engine.Bans.List.Find(new BanTarget(BanKind.Peerhost, "192.0.2.7")));
        Assert.Equal(401, (await Get("/public.txt", "ann:secret")).Status);
        Assert.Equal(200, (await Get("/public.txt", "ann:secret", IPAddress.Parse("192.0.2.8"))).Status);
    }

    [Fact]
    public async Task Who_shows_nothing_has_not_failed()
    {
        for (int i = 0; i < 10; i++) Assert.Equal(401, (await Get("/public.txt", null)).Status);

        Assert.Equal(0, _broker.Engine.Bans.List.Count);
    }

    [Theory]
    [InlineData("username", "ann")]
    [InlineData("peerhost", "192.0.2.7")]
    [InlineData("peerhost_net", "192.0.0.0/16")]
    public async Task Who_is_banned_gets_nothing(string kind, string who)
    {
        Assert.Equal((200, "public"), await Get("/public.txt", "ann:secret"));
        Assert.Null(BanTarget.Read(kind, who, out BanTarget target, out _));
        _broker.Engine.Bans.Put(new Ban(target, BanMaker.Administrator, "admin", null, 0, Ban.ForEver), out _);

        Assert.Equal((401, "Not authorised\n"), await Get("/public.txt", "ann:secret"));
    }

    [Theory]
    [InlineData("/public.txt", 200)]
    [InlineData("/private/plan.txt", 401)]
    // To the file system these are the same file, to the access list another topic.
    [InlineData("//private/plan.txt", 404)]
    [InlineData("/private//plan.txt", 404)]
    [InlineData("///private///plan.txt", 404)]
    public async Task A_file_that_is_denied_has_no_other_name(string path, int status) =>
        Assert.Equal(status, (await Get(path, "ann:secret")).Status);

    private async Task<(int Status, string Text)> Get(string path, string? user, IPAddress? address = null)
    {
        using MemoryStream body = new();
        DefaultHttpContext context = new();
        context.Request.Method = "GET";
        context.Request.Path = path;
        context.Response.Body = body;
        context.Connection.RemoteIpAddress = address ?? Stranger;
        context.Connection.RemotePort = 40_000;
        if (user is not null)
            context.Request.Headers.Authorization = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(user));
        await _api.AnswerAsync(context, new HttpApiEntrance(0));
        return (context.Response.StatusCode, Encoding.UTF8.GetString(body.ToArray()));
    }
}
