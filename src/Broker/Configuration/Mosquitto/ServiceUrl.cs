namespace Broker.Configuration.Mosquitto;

/// <summary>The address of an HTTP service that decides who gets in.</summary>
internal static class ServiceUrl
{
    /// <summary>Reads it; null after complaining.</summary>
    /// <param name="context">The directive.</param>
    /// <param name="text">Its value.</param>
    /// <param name="carried">What goes over the network, for the warning that it is not encrypted.</param>
    public static Uri? Read(DirectiveContext context, string text, string carried)
    {
        bool isUrl = Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
            && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps);
        if (!isUrl)
        {
            context.Error(context.Value, $"'{context.Name}' takes a URL such as https://login.example.org/path, not '{text}'");
            return null;
        }
        if (url!.UserInfo.Length > 0)
        {
            context.Error(context.Value, $"'{context.Name}' takes a URL without a user name and password in it");
            return null;
        }
        if (url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback)
            context.Warning(context.Value, $"{carried} go over the network unencrypted to {url.Host}: use https");
        return url;
    }
}
