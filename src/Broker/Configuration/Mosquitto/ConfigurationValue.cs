using System.Text;

namespace Broker.Configuration.Mosquitto;

/// <summary>A value or a word of it.</summary>
/// <param name="Text">The text; empty when there is none.</param>
/// <param name="Column">Where it begins, in characters, from 1.</param>
internal readonly record struct ConfigurationValue(string Text, int Column)
{
    /// <summary>Whether there is nothing.</summary>
    public bool IsEmpty => Text.Length == 0;

    /// <summary>The words, each with its own column.</summary>
    /// <param name="alsoSeparates">A character that separates words beside blanks; a space for none.</param>
    public List<ConfigurationValue> Words(char alsoSeparates = ' ')
    {
        var words = new List<ConfigurationValue>();
        int column = Column;
        int start = -1;
        int startColumn = 0;
        for (int i = 0; i <= Text.Length; i++)
        {
            bool separates = i == Text.Length || Text[i] is ' ' or '\t' || Text[i] == alsoSeparates;
            if (separates && start >= 0)
            {
                words.Add(new ConfigurationValue(Text[start..i], startColumn));
                start = -1;
            }
            else if (!separates && start < 0)
            {
                (start, startColumn) = (i, column);
            }
            if (i < Text.Length && !char.IsLowSurrogate(Text[i])) column++;
        }
        return words;
    }

    /// <summary>The first word and everything after it, blanks between them cut.</summary>
    public (ConfigurationValue Word, ConfigurationValue Behind) SplitWord()
    {
        int end = Text.AsSpan().IndexOfAny(' ', '\t');
        if (end < 0) return (this, new ConfigurationValue("", Column + CharactersIn(Text)));
        int next = end;
        while (next < Text.Length && Text[next] is ' ' or '\t') next++;
        return (new ConfigurationValue(Text[..end], Column),
            new ConfigurationValue(Text[next..], Column + CharactersIn(Text.AsSpan(0, next))));
    }

    private static int CharactersIn(ReadOnlySpan<char> text)
    {
        int count = 0;
        foreach (Rune _ in text.EnumerateRunes()) count++;
        return count;
    }
}
