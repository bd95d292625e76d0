using System.Net;
using System.Net.Sockets;
using System.Text;
using Broker.IntegrationTests.Fixtures;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.WebSockets;

/// <summary>What a WebSocket listener does besides: files, origins, and the address behind a proxy.</summary>
public sealed class HttpTests
{
    [Fact]
    [Directive("http_dir"), Directive("protocol")]
    public async Task Files_of_the_folder_are_served_beside_MQTT()
    {
        await using ConfiguredBroker broker = await StartAsync();
        using HttpClient http = new();

        HttpResponseMessage page = await http.GetAsync(Url(broker, "/"));
        Assert.Equal("<p>hello</p>", await page.Content.ReadAsStringAsync());
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.Equal("nosniff", page.Headers.GetValues("X-Content-Type-Options").Single());
        HttpResponseMessage script = await http.GetAsync(Url(broker, "/sub/a.js?x=1"));
        Assert.Equal("text/javascript", script.Content.Headers.ContentType!.MediaType);
        HttpResponseMessage head = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, Url(broker, "/index.html")));
        Assert.Equal((HttpStatusCode.OK, 12), (head.StatusCode, head.Content.Headers.ContentLength));
        HttpResponseMessage post = await http.PostAsync(Url(broker, "/index.html"), new StringContent("x"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        await using WebSocketClient mqtt = await WebSocketClient.ConnectAsync(broker.Port);
        await mqtt.SendAsync("10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c'");
        await mqtt.ExpectAsync("20 02 00 00");
    }

    [Theory]
    [InlineData("/../secret")]
    [InlineData("/sub/../../secret")]
    [InlineData("/%2e%2e/secret")]
    [InlineData("/..%2fsecret")]
    [InlineData("/sub/..%2f..%2fsecret")]
    [InlineData("//etc/passwd")]
    [InlineData("/link")]
    [InlineData("/.hidden")]
    [InlineData("/sub")]
    [InlineData("/index.html/")]
    [InlineData("/a%00b")]
    [InlineData("/nothing")]
    public async Task Nothing_else_is(string path)
    {
        await using ConfiguredBroker broker = await StartAsync();

        string answer = await RawAsync(broker.Port, path);

        Assert.Matches("^HTTP/1.1 40[04] ", answer);
        Assert.DoesNotContain("treasure", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_among_the_files_holds_up_nobody()
    {
        await using ConfiguredBroker broker = await StartAsync();
        Assert.Equal(0, (await ProcessRun.OfAsync("mkfifo", [broker.Folder.File("www/pipe")])).ExitCode);

        string[] answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => RawAsync(broker.Port, "/pipe")));

        Assert.All(answers, answer => Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal));
        using HttpClient http = new();
        Assert.Equal("<p>hello</p>", await http.GetStringAsync(Url(broker, "/")));
    }

    [Theory]
    [InlineData("http://good.example", true)]
    [InlineData(null, true)]
    [InlineData("http://bad.example", false)]
    [Directive("websockets_origin")]
    public async Task Only_the_origins_of_the_file_may_upgrade(string? origin, bool isServed)
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartOpenAsync(
            "protocol websockets\nwebsockets_origin http://good.example\nwebsockets_origin http://other.example");

        string answer = await UpgradeAsync(broker.Port, origin is null ? "" : $"Origin: {origin}\r\n");

        Assert.StartsWith(isServed ? "HTTP/1.1 101 " : "HTTP/1.1 403 ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trusted_proxies 127.0.0.0/8", "203.0.113.9 on port")]
    [InlineData("trusted_proxies 192.0.2.1", "127.0.0.1:")]
    [InlineData("", "127.0.0.1:")]
    [Directive("trusted_proxies"), Demand("G8")]
    public async Task X_Forwarded_For_counts_when_a_trusted_proxy_sends_it(string lines, string address)
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartOpenAsync($"protocol websockets\n{lines}");

        await UpgradeAsync(broker.Port, "X-Forwarded-For: 6.6.6.6, 203.0.113.9, 127.0.0.2\r\n");

        await broker.Process.Log.WaitForAsync($"New connection from {address}");
    }

    private static Task<ConfiguredBroker> StartAsync() => ConfiguredBroker.StartAsync((port, folder) =>
    {
        Directory.CreateDirectory(folder.File("www/sub"));
        folder.Write("www/index.html", "<p>hello</p>");
        folder.Write("www/sub/a.js", "1;");
        folder.Write("www/.hidden", "treasure");
        folder.Write("secret", "treasure");
        File.CreateSymbolicLink(folder.File("www/link"), folder.File("secret"));
        return $"listener {port} 127.0.0.1\nallow_anonymous true\nprotocol websockets\nhttp_dir {folder.File("www")}\n";
    });

    private static Uri Url(ConfiguredBroker broker, string path) => new($"http://127.0.0.1:{broker.Port}{path}");

    private static Task<string> UpgradeAsync(int port, string headers) => SendAsync(
        port,
        $"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{headers}"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n");

    // HttpClient would tidy such paths up before it sends them.
    private static Task<string> RawAsync(int port, string path) =>
        SendAsync(port, $"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

    private static async Task<string> SendAsync(int port, string request)
    {
        using TcpClient tcp = new();
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        byte[] answer = new byte[4096];
        int length = await tcp.GetStream().ReadAsync(answer).AsTask().WaitAsync(TestTime.Patience);
        return Encoding.ASCII.GetString(answer, 0, length);
    }
}
