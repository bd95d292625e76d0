using System.Text;

namespace Broker.Configuration.Mosquitto;

/// <summary>A line that holds a directive: its name, and what follows it, not decoded yet.</summary>
/// <remarks>
/// The bytes are kept until the directive is known: a comment may hold bytes that are not UTF-8, and where a value
/// ends depends on the directive (the <c>#</c> of <c>topic # out</c> is a topic filter, not a comment).
/// </remarks>
internal sealed class ConfigurationLine
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly Range _name;

    /// <summary>Takes a line without its line end.</summary>
    public ConfigurationLine(string file, int number, ReadOnlyMemory<byte> bytes, Range name)
    {
        File = file;
        Number = number;
        _bytes = bytes;
        _name = name;
        Name = Encoding.UTF8.GetString(bytes.Span[name]);
        Position = new SourcePosition(file, number, ColumnOf(name.Start.Value));
    }

    /// <summary>The file as it was named.</summary>
    public string File { get; }

    /// <summary>From 1.</summary>
    public int Number { get; }

    /// <summary>The first word. Bytes that are not UTF-8 show as U+FFFD: such a name is unknown anyway.</summary>
    public string Name { get; }

    /// <summary>Where the name stands.</summary>
    public SourcePosition Position { get; }

    /// <summary>Reads what follows the name, without blanks at both ends and without a comment.</summary>
    /// <param name="wordsBeforeComment">How many words of the value may begin with <c>#</c> without being a comment.</param>
    /// <param name="value">The value; empty text, standing right after the name, when there is none.</param>
    /// <returns>False when the bytes are not UTF-8; the value's column is then that of the first bad byte.</returns>
    public bool TryReadValue(int wordsBeforeComment, out ConfigurationValue value)
    {
        ReadOnlySpan<byte> line = _bytes.Span;
        int start = _name.End.Value;
        while (start < line.Length && IsBlank(line[start])) start++;
        int end = EndOfValue(line, start, wordsBeforeComment);
        if (end == start)
        {
            value = new ConfigurationValue("", ColumnOf(_name.End.Value));
            return true;
        }
        try
        {
            value = new ConfigurationValue(StrictUtf8.GetString(line[start..end]), ColumnOf(start));
            return true;
        }
        catch (DecoderFallbackException bad)
        {
            value = new ConfigurationValue("", ColumnOf(start + Math.Max(bad.Index, 0)));
            return false;
        }
    }

    /// <summary>A comment begins at a <c>#</c> that a blank precedes; a <c>#</c> inside a word belongs to it.</summary>
    private static int EndOfValue(ReadOnlySpan<byte> line, int start, int wordsBeforeComment)
    {
        int end = start;
        int words = 0;
        for (int i = start; i < line.Length; i++)
        {
            if (IsBlank(line[i])) continue;
            bool beginsWord = i == start || IsBlank(line[i - 1]);
            if (beginsWord && line[i] == '#' && words >= wordsBeforeComment) break;
            if (beginsWord) words++;
            end = i + 1;
        }
        return end;
    }

    private static bool IsBlank(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\v' or (byte)'\f' or (byte)'\r';

    private int ColumnOf(int offset)
    {
        int column = 1;
        foreach (byte b in _bytes.Span[..offset])
            if ((b & 0xC0) != 0x80) column++;
        return column;
    }
}
