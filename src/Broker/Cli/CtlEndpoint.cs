using Broker.Configuration;
using Broker.Configuration.Mosquitto;

namespace Broker.Cli;

/// <summary>The admin listener that <c>broker ctl</c> asks.</summary>
/// <param name="Url">Its address.</param>
/// <param name="Token">What it is shown; null: nothing.</param>
/// <param name="CaFile">Who may have signed its certificate; null: whom the machine trusts.</param>
/// <param name="IsInsecure">Whether its certificate may be made out to another name.</param>
internal sealed record CtlEndpoint(Uri Url, string? Token, string? CaFile, bool IsInsecure)
{
    /// <summary>Names the address in the environment.</summary>
    public const string UrlVariable = "BROKER_ADMIN_URL";

    /// <summary>Has the token in the environment.</summary>
    public const string TokenVariable = "BROKER_ADMIN_TOKEN";

    /// <summary>Where it is asked when nothing says where.</summary>
    public const string UrlDefault = "http://127.0.0.1:9883";

    /// <summary>Finds it: by <c>--url</c>, by the configuration, by the environment, or where it mostly is.</summary>
    /// <param name="arguments">Of the command line.</param>
    /// <param name="endpoint">It.</param>
    /// <returns>What is wrong, a sentence; null: nothing.</returns>
    public static string? TryFind(CtlArguments arguments, out CtlEndpoint? endpoint)
    {
        endpoint = null;
        AdminListenerOptions? admin = null;
        if (arguments.Value("-c") is { } file && TryRead(file, out admin) is { } wrong) return wrong;
        string text = arguments.Value("--url")
            ?? (admin is null ? Environment.GetEnvironmentVariable(UrlVariable) ?? UrlDefault : UrlOf(admin));
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https"))
            return $"'{text}' is not an http URL, such as {UrlDefault}.";
        if (TryToken(arguments, admin, out string? token) is { } noToken) return noToken;
        if (token is not null && token.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return "the token has a character in it that no token has.";
        endpoint = new CtlEndpoint(url, token, arguments.Value("--cafile"), arguments.Has("--insecure"));
        return null;
    }

    private static string? TryRead(string file, out AdminListenerOptions? admin)
    {
        admin = null;
        ConfigurationResult read = MosquittoConfiguration.Load(file, PersistenceVariables.Overrides);
        if (read.Options is not { } options)
            return string.Join('\n', read.Diagnostics.SelectMany(static remark => remark.Lines()));
        admin = options.AdminListeners.FirstOrDefault();
        return admin is not null
            ? null
            : $"{file} has no 'admin_listener': add one, such as 'admin_listener 9883', and restart the broker.";
    }

    private static string UrlOf(AdminListenerOptions admin)
    {
        string host = admin.Listener.Address switch
        {
            null or "0.0.0.0" => "127.0.0.1",
            "::" => "::1",
            { } address => address,
        };
        return new UriBuilder(admin.Listener.Tls is null ? "http" : "https", host, admin.Listener.Port).Uri.ToString();
    }

    // The file that is named, then the environment, then the one that the broker reads, if this account may.
    private static string? TryToken(CtlArguments arguments, AdminListenerOptions? admin, out string? token)
    {
        token = null;
        if (arguments.Value("--token-file") is { } named)
        {
            token = FirstToken(named, out string? error);
            return error ?? (token is null ? $"{named}: there is no token in it: write a line NAME:TOKEN." : null);
        }
        token = Environment.GetEnvironmentVariable(TokenVariable) is { Length: > 0 } set ? set : null;
        if (token is null && admin?.TokenFile is { } file) token = FirstToken(file, out _);
        return null;
    }

    // One that may change something, if there is one.
    private static string? FirstToken(string file, out string? error)
    {
        const string ReadMark = ":read";
        error = null;
        string? toRead = null;
        try
        {
            foreach (string line in File.ReadLines(file).Select(static line => line.Trim()))
            {
                if (line.Length == 0 || line[0] == '#') continue;
                string token = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..];
                if (!token.EndsWith(ReadMark, StringComparison.Ordinal)) return token;
                toRead ??= token[..^ReadMark.Length];
            }
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            error = Diagnostics.FileTrouble.Describe("token file", file, broken);
        }
        return toRead;
    }
}
