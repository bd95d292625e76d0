using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Broker.Configuration;
using Broker.Connections;
using Broker.Messages;
using Broker.Security;
using Broker.Security.Http;
using Broker.SysTopics;
using Broker.Transport;
using Broker.Transport.WebSockets;

namespace Broker.Admin;

/// <summary>Which listener with <c>protocol http_api</c> a request came to.</summary>
/// <param name="Number">Its place among the listeners; a reload changes its options, not its place.</param>
internal sealed record HttpApiEntrance(int Number);

/// <summary>
/// The HTTP API of mosquitto 2.1, to read: <c>/api/v1/version</c>, <c>/api/v1/systree</c>, <c>/api/v1/listeners</c>, and the
/// files of <c>http_dir</c>. Users are those of MQTT, bans and failed logins too, and the access list is asked whether they may
/// read the path, as if it were a topic.
/// </summary>
internal sealed class HttpApi(BrokerEngine engine, string version)
{
    /// <summary>As whom the access list is asked.</summary>
    private const string ClientId = "http-api";

    private const string PlainText = "text/plain; charset=utf-8";

    private readonly long _startedAt = engine.Time.GetTimestamp();

    /// <summary>Answers a request.</summary>
    public async Task AnswerAsync(HttpContext context, HttpApiEntrance entrance)
    {
        ListenerOptions listener = engine.Options.Listeners[entrance.Number];
        string path = context.Request.Path.Value ?? "/";
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            await SendAsync(context, StatusCodes.Status405MethodNotAllowed, PlainText, "Invalid HTTP Method\n");
        }
        else if (!await MayReadAsync(context, listener, path))
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"Mosquitto API\"";
            await SendAsync(context, StatusCodes.Status401Unauthorized, PlainText, "Not authorised\n");
        }
        else if (path.StartsWith("/api/", StringComparison.OrdinalIgnoreCase)) await AnswerApiAsync(context, path);
        // To the file system two slashes are one, to the access list, which was asked, they are another topic.
        else if (listener.HttpFolder is { } folder && !path.Contains("//", StringComparison.Ordinal))
            await HttpFiles.ServeAsync(context, folder);
        else await SendAsync(context, StatusCodes.Status404NotFound, PlainText, "Not found.\n");
    }

    private Task AnswerApiAsync(HttpContext context, string path)
    {
        (string? type, string? text) = path switch
        {
            "/api/v1/version" => (PlainText, version),
            "/api/v1/systree" => ("application/json", Json(WriteSysTree)),
            "/api/v1/listeners" => ("application/json", Json(WriteListeners)),
            _ => (null, null),
        };
        if (text is null) return SendAsync(context, StatusCodes.Status404NotFound, PlainText, "Not found.\n");
        context.Response.Headers.AccessControlAllowOrigin = "*";
        return SendAsync(context, StatusCodes.Status200OK, type!, text);
    }

    private async ValueTask<bool> MayReadAsync(HttpContext context, ListenerOptions listener, string path)
    {
        IPAddress peer = context.Connection.RemoteIpAddress!;
        if (engine.Bans.RefusesRequest(null, peer)) return false;
        (string? userName, byte[]? password) = Basic(context.Request.Headers.Authorization);
        string address = RemoteAddress.Format(new IPEndPoint(peer, context.Connection.RemotePort), null);
        ClientCredentials credentials = new(listener.Security, userName, password)
        {
            ClientId = ClientId,
            RemoteAddress = address,
            Listener = listener,
        };
        Verdict verdict = await engine.Authenticator.JudgeAsync(credentials, context.RequestAborted);
        if (verdict.Outcome == AuthenticationOutcome.BadUserNameOrPassword) engine.FailedLogins.Note(peer);
        if (verdict.Outcome != AuthenticationOutcome.Allowed) return false;
        string? name = verdict.Identity?.UserName ?? userName;
        if (engine.Bans.RefusesRequest(name, null)) return false;
        ClientAccess? access = engine.Access.For(listener, name, ClientId, verdict.Identity?.Grant);
        if (access?.MayRead(path) == false) return false;
        if (verdict.Identity?.Grant is { IsSuperuser: true }) return true;
        TopicQuestions? questions =
            engine.Authenticator.QuestionsOf(listener.Security, new TopicClient(ClientId, name, address, listener.Name));
        return questions is null || await MayReadAsync(questions, path, hasOtherRules: access is not null);
    }

    private static async Task<bool> MayReadAsync(TopicQuestions questions, string path, bool hasOtherRules) =>
        questions.Find(TopicAction.Subscribe, path, isAgain: false) ?? (await questions.AskAsync(hasOtherRules) is null
            && questions.Find(TopicAction.Subscribe, path, isAgain: true) == true);

    private static (string? UserName, byte[]? Password) Basic(string? header)
    {
        if (!AuthenticationHeaderValue.TryParse(header, out AuthenticationHeaderValue? value)
            || !string.Equals(value.Scheme, "Basic", StringComparison.OrdinalIgnoreCase) || value.Parameter is null)
            return (null, null);
        byte[] pair = new byte[value.Parameter.Length];
        if (!Convert.TryFromBase64String(value.Parameter, pair, out int length)) return (null, null);
        int colon = pair.AsSpan(0, length).IndexOf((byte)':');
        return colon < 0
            ? (Encoding.UTF8.GetString(pair, 0, length), null)
            : (Encoding.UTF8.GetString(pair, 0, colon), pair[(colon + 1)..length]);
    }

    private void WriteSysTree(Utf8JsonWriter writer)
    {
        foreach ((string topic, long value) in SysTree.ReadNumbers(engine)) writer.WriteNumber(topic, value);
        foreach (string topic in (string[])["$SYS/broker/clients/maximum", "$SYS/broker/heap/maximum"])
        {
            // Kept by what publishes them.
            long now = engine.Time.GetUtcNow().ToUnixTimeMilliseconds();
            if (engine.Retained.Find(topic, now).FirstOrDefault() is { } message && Number(message) is { } value)
                writer.WriteNumber(topic, value);
        }
        writer.WriteNumber("$SYS/broker/uptime", (long)engine.Time.GetElapsedTime(_startedAt).TotalSeconds);
    }

    private static long? Number(Message message) => long.TryParse(message.Payload, out long value) ? value : null;

    private void WriteListeners(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("listeners");
        foreach (ListenerOptions listener in engine.Options.Listeners)
        {
            writer.WriteStartObject();
            if (listener.UnixSocketPath is { } path) writer.WriteString("path", path);
            else writer.WriteNumber("port", listener.Port);
            // mosquitto has no underscore here.
            string protocol = listener.Protocol == ListenerProtocol.HttpApi ? "httpapi" : ListenerView.ProtocolOf(listener);
            writer.WriteString("protocol", protocol);
            writer.WriteBoolean("tls", listener.Tls is not null);
            writer.WriteBoolean("mtls", listener.Tls?.RequireCertificate == true);
            writer.WriteBoolean("allow_anonymous", listener.Security.AllowAnonymous);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static Task SendAsync(HttpContext context, int statusCode, string type, string text)
    {
        context.Response.StatusCode = statusCode;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
