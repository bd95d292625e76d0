using Broker.Configuration;

namespace Broker.Diagnostics;

/// <summary>Standard output, standard error or a file.</summary>
internal sealed class TextLogSink : ILogSink
{
    private readonly Func<Stream> _open;
    private StreamWriter _writer;

    /// <param name="open">Opens the destination; called once now and at each <see cref="Reopen"/>.</param>
    /// <exception cref="IOException">The destination cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public TextLogSink(Func<Stream> open)
    {
        _open = open;
        _writer = new StreamWriter(open());
    }

    /// <summary>Appends to a file.</summary>
    public static TextLogSink ToFile(string path) =>
        new(() => new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete));

    public void Write(LogTypes kind, string timestamp, string text)
    {
        _writer.Write(timestamp);
        _writer.Write(text);
        _writer.Write('\n');
    }

    public void Flush() => _writer.Flush();

    public void Reopen()
    {
        StreamWriter previous = _writer;
        _writer = new StreamWriter(_open());
        previous.Dispose();
    }

    public void Dispose() => _writer.Dispose();
}
