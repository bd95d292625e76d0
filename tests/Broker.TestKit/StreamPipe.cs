using System.IO.Pipelines;

namespace Broker.TestKit;

/// <summary>A stream as the two ends of a connection.</summary>
internal sealed class StreamPipe(Stream stream) : IDuplexPipe
{
    public PipeReader Input { get; } = PipeReader.Create(stream);

    public PipeWriter Output { get; } = PipeWriter.Create(stream);
}
