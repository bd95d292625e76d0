using Broker.Admin;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Broker.UnitTests.Admin;

/// <summary>Which client id or topic a path is about.</summary>
public sealed class RequestTargetTests
{
    [Theory]
    [InlineData("/api/clients/a%2Fb", "a/b")]
    [InlineData("/api/clients/a%252Fb", "a%2Fb")]
    [InlineData("/api/clients/a/b?x=/api/clients/c", "a/b")]
    [InlineData("http://127.0.0.1:9883/api/clients/a", "a")]
    // To routing these are the same path as with small letters.
    [InlineData("/API/Clients/a", "a")]
    [InlineData("/api/clients/", null)]
    [InlineData("/api/clients", null)]
    public void It_is_what_stands_behind_the_prefix(string rawTarget, string? target)
    {
        DefaultHttpContext context = new();
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = rawTarget;

        Assert.Equal(target, RequestTarget.Of(context, "/api/clients/", "id"));
    }
}
