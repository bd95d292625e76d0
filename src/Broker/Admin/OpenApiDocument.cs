using System.Reflection;

namespace Broker.Admin;

/// <summary><c>GET /api/openapi.json</c>: what there is, for tools and for people.</summary>
internal static class OpenApiDocument
{
    private const string Resource = "Broker.Admin.openapi.json";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/openapi.json", async context =>
    {
        context.Response.ContentType = "application/json";
        await using Stream document = Open();
        await document.CopyToAsync(context.Response.Body, context.RequestAborted);
    });

    /// <summary>The document, which the caller closes.</summary>
    public static Stream Open() => Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)
        ?? throw new InvalidOperationException($"{Resource} is not in the assembly.");
}
