using System.Text.Json;
using Broker.Cli;
using Broker.TestKit;
using Microsoft.AspNetCore.Http;

namespace Broker.UnitTests.Cli;

/// <summary>What <c>broker ctl</c> makes of what it is answered and given, with a server that need not be a broker.</summary>
public sealed class CtlClientTests
{
    [Fact]
    public async Task Standard_input_is_published_byte_by_byte()
    {
        byte[] payload = [0xFF, 0x00, 0xC3, (byte)'\r', (byte)'\n', 0xEF, 0xBB, 0xBF];
        byte[]? published = null;
        await using TestWebServer server = await TestWebServer.StartAsync(async context =>
        {
            JsonElement body = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body);
            published = body.GetProperty("payload_base64").GetBytesFromBase64();
            await context.Response.WriteAsync("""{"matchingSubscribers":0}""");
        });

        (int status, string error) = await RunAsync(server, payload, "publish", "a", "-s");

        Assert.Equal((0, ""), (status, error));
        Assert.Equal(payload, published);
    }

    [Theory]
    [InlineData("{}", "clients")]
    [InlineData("[]", "clients")]
    [InlineData("{\"items\":7}", "clients")]
    [InlineData("7", "retained", "--delete", "#")]
    [InlineData("{\"deleted\":1,\"hasMore\":\"no\"}", "retained", "--delete", "#")]
    [InlineData("data: {\"topic\":\"a\"}\n\n", "subscribe", "#")]
    [InlineData("data: nonsense\n\n", "subscribe", "#")]
    [InlineData("<html>", "clients")]
    public async Task An_answer_that_no_broker_gives_is_said_to_be_one(string answer, params string[] command)
    {
        await using TestWebServer server = await TestWebServer.StartAsync(TestWebServer.Text(answer));

        (int status, string error) = await RunAsync(server, [], command);

        Assert.Equal(1, status);
        string words = $"Error: {server.Url} answers, and not as the admin listener of a broker";
        Assert.StartsWith(words, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(404)]
    public async Task An_answer_that_breaks_off_is_said_to_do_so(int answered)
    {
        await using TestWebServer server = await TestWebServer.StartAsync(async context =>
        {
            context.Response.StatusCode = answered;
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("{\"items\":[");
            await context.Response.Body.FlushAsync();
        });

        (int status, string error) = await RunAsync(server, [], "clients");

        Assert.Equal(1, status);
        Assert.StartsWith($"Error: {server.Url} broke off: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_follows_two_dashes_is_no_option()
    {
        string? asked = null;
        await using TestWebServer server = await TestWebServer.StartAsync(context =>
        {
            asked = context.Request.Query["id"];
            return context.Response.WriteAsync("{}");
        });

        // A client id that begins with a dash would be one that nobody could throw out.
        Assert.Equal((0, ""), await RunAsync(server, [], "kick", "--", "--url"));

        Assert.Equal("--url", asked);
    }

    private static async Task<(int Status, string Error)> RunAsync(TestWebServer server, byte[] input, params string[] words)
    {
        using StringWriter error = new();
        StandardStreams streams = new(TextReader.Null, TextWriter.Null, error) { OpenInput = () => new MemoryStream(input) };
        int status = await new CtlCommand(streams).RunAsync(["--url", server.Url.ToString(), .. words], CancellationToken.None);
        return (status, error.ToString());
    }
}
