using Broker.Configuration;

namespace Broker.Diagnostics;

/// <summary>Where log lines end. Called by the log thread only.</summary>
internal interface ILogSink : IDisposable
{
    /// <summary>Writes one line.</summary>
    /// <param name="kind">Its kind, one flag.</param>
    /// <param name="timestamp">What stands before it; sinks with a clock of their own leave it out.</param>
    /// <param name="text">One line without its end.</param>
    void Write(LogTypes kind, string timestamp, string text);

    /// <summary>Hands over what is buffered.</summary>
    void Flush();

    /// <summary>Opens the destination anew after its file was moved away.</summary>
    void Reopen();
}
