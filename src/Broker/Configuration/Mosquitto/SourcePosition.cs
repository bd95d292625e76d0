using System.Globalization;

namespace Broker.Configuration.Mosquitto;

/// <summary>A place in a configuration file.</summary>
/// <param name="File">The file as it was named.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in characters.</param>
internal readonly record struct SourcePosition(string File, int Line, int Column)
{
    /// <summary><c>FILE:LINE</c>, for use inside a sentence.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}");
}
