namespace Broker.Hosting;

/// <summary>The version of this build, as <c>--version</c> and the log print it.</summary>
internal static class ProductVersion
{
    public static string Text { get; } = typeof(ProductVersion).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
