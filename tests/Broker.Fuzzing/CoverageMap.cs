using System.Numerics;
using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Broker.Fuzzing;

/// <summary>
/// Which edges of the instrumented code an input has gone along, and about how often. bench/fuzz.sh instruments; without it
/// nothing is ever counted.
/// </summary>
internal sealed unsafe class CoverageMap
{
    private const int Edges = 1 << 16;

    // For good: instrumented code writes there whenever it runs.
    private static readonly byte* _counts = (byte*)NativeMemory.AllocZeroed(Edges);

    // A bit for each order of magnitude that was seen.
    private readonly byte[] _seen = new byte[Edges];

    /// <summary>Before any instrumented code runs.</summary>
    public static void Attach() => Trace.SharedMem = _counts;

    /// <summary>Edges that any input has gone along.</summary>
    public int EdgeCount { get; private set; }

    /// <summary>Forgets the last input.</summary>
    public static void Begin()
    {
        new Span<byte>(_counts, Edges).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Takes in where the input went. True: somewhere new, or much oftener than any before.</summary>
    public bool End()
    {
        bool isNew = false;
        var words = new ReadOnlySpan<ulong>(_counts, Edges / sizeof(ulong));
        for (int i = 0; i < words.Length; i++)
        {
            if (words[i] != 0) isNew |= Take(i * sizeof(ulong));
        }
        return isNew;
    }

    private bool Take(int from)
    {
        bool isNew = false;
        for (int i = from; i < from + sizeof(ulong); i++)
        {
            if (_counts[i] == 0) continue;
            byte magnitude = (byte)(1 << BitOperations.Log2(_counts[i]));
            if ((_seen[i] & magnitude) != 0) continue;
            if (_seen[i] == 0) EdgeCount++;
            _seen[i] |= magnitude;
            isNew = true;
        }
        return isNew;
    }
}
