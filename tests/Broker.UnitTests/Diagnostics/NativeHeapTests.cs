using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Broker.Diagnostics;

namespace Broker.UnitTests.Diagnostics;

public sealed unsafe class NativeHeapTests
{
    private const int Pieces = 4096;
    private const int PieceBytes = 16 * 1024;

    [Fact]
    public void Pages_between_pieces_that_stay_are_given_back()
    {
        nint[] staying = new nint[Pieces];
        nint[] going = new nint[Pieces];
        for (int i = 0; i < Pieces; i++) (going[i], staying[i]) = (Take(PieceBytes), Take(64));
        foreach (nint piece in going) NativeMemory.Free((void*)piece);
        long before = Environment.WorkingSet;

        NativeHeap.Trim();
        long after = Environment.WorkingSet;

        foreach (nint piece in staying) NativeMemory.Free((void*)piece);
        Assert.True(before - after > Pieces * PieceBytes / 2, $"{before:N0} bytes were resident, {after:N0} are");
    }

    private static nint Take(int bytes)
    {
        void* piece = NativeMemory.Alloc((nuint)bytes);
        Unsafe.InitBlock(piece, 1, (uint)bytes);
        return (nint)piece;
    }
}
