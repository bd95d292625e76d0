using Broker.Configuration;

namespace Broker.Diagnostics;

/// <summary>Standard output, standard error or a file.</summary>
internal sealed class TextLogSink : ILogSink
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private readonly Func<Stream> _open;
    private Stream _stream;
    private StreamWriter _writer;

    /// <param name="open">Opens the destination; called once now and at each <see cref="Reopen"/>.</param>
    /// <exception cref="IOException">The destination cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public TextLogSink(Func<Stream> open)
    {
        _open = open;
        _stream = open();
        _writer = new StreamWriter(_stream);
    }

    /// <summary>Appends to a file; a new one is for its owner and group, since it names clients and topics.</summary>
    public static TextLogSink ToFile(string path)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0, // The writer has one, and lines that did not fit on a full disk must not wait for ever.
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Mode;
        return new TextLogSink(() => new FileStream(path, options));
    }

    public void Write(LogTypes kind, string timestamp, string text)
    {
        _writer.Write(timestamp);
        _writer.Write(text);
        _writer.Write('\n');
    }

    public void Flush()
    {
        // .NET remembers where it wrote last; after logrotate's copytruncate that would leave a hole of that size.
        if (_stream.CanSeek) _stream.Seek(0, SeekOrigin.End);
        _writer.Flush();
    }

    public void Reopen()
    {
        Stream opened = _open();
        _writer.Dispose();
        _stream = opened;
        _writer = new StreamWriter(opened);
    }

    public void Dispose() => _writer.Dispose();
}
