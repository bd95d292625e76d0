namespace Broker.Fuzzing;

/// <summary>Makes an input out of others. The same seed makes the same ones.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> words)
{
    private const int BytesMax = 4096;
    private const int StepsMax = 6;

    private static readonly byte[] Telling = [0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF, .. "\n #+$"u8];

    /// <summary>A few changes to one of the inputs.</summary>
    public byte[] Next(IReadOnlyList<byte[]> corpus)
    {
        List<byte> bytes = [.. corpus[random.Next(corpus.Count)]];
        for (int step = random.Next(1, StepsMax + 1); step > 0; step--) Change(bytes, corpus);
        if (bytes.Count > BytesMax) bytes.RemoveRange(BytesMax, bytes.Count - BytesMax);
        return [.. bytes];
    }

    private void Change(List<byte> bytes, IReadOnlyList<byte[]> corpus)
    {
        int at = random.Next(bytes.Count + 1);
        switch (random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = Telling[random.Next(Telling.Length)];
                break;
            case 2 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 3 when at < bytes.Count:
                // Lengths are off by a little.
                bytes[at] += (byte)random.Next(-3, 4);
                break;
            case 4:
                bytes.RemoveRange(at, Math.Min(Length(), bytes.Count - at));
                break;
            case 5:
                bytes.InsertRange(at, bytes[at..Math.Min(bytes.Count, at + Length())]);
                break;
            case 6 when words.Count > 0:
                bytes.InsertRange(at, words[random.Next(words.Count)]);
                break;
            case 7:
                byte[] other = corpus[random.Next(corpus.Count)];
                int from = random.Next(other.Length + 1);
                bytes.InsertRange(at, other[from..Math.Min(other.Length, from + Length())]);
                break;
            default:
                bytes.Insert(at, (byte)random.Next(256));
                break;
        }
    }

    // Mostly a few bytes, now and then hundreds.
    private int Length() => 1 << random.Next(random.Next(4) == 0 ? 10 : 5);
}
