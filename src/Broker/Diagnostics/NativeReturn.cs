using System.Runtime.InteropServices;

namespace Broker.Diagnostics;

/// <summary>
/// Gives back what the C library keeps after a rush. It frees the pieces that a TLS handshake took, and where they lie between
/// others that stay it gives their pages back to the system only when it is told to.
/// </summary>
/// <remarks>
/// Unlike <see cref="QuietReturn"/> it needs no silence: no thread stands still, and one that allocates natively, for TLS or for
/// SQLite, waits for a part of the time at most.
/// </remarks>
internal sealed class NativeReturn : IHeartbeatListener
{
    /// <summary>So many resident bytes more than after the last return, or less since, are worth it.</summary>
    public const long SlackBytes = 32 * 1024 * 1024;

    /// <summary>The rush is over when no more came in a tick.</summary>
    public const long StillBytes = 1024 * 1024;

    /// <summary>For so many ticks.</summary>
    public const int StillTicks = 3;

    private readonly Func<long> _readResident;
    private readonly Action _trim;
    private long _lowest = long.MaxValue;
    private long _before;
    private int _stillTicks;

    /// <param name="readResident">Bytes of the process that are resident; 0 where that cannot be read.</param>
    /// <param name="trim">Gives back the free pages.</param>
    public NativeReturn(Func<long> readResident, Action trim) => (_readResident, _trim) = (readResident, trim);

    public void OnTick(long nowMilliseconds)
    {
        long resident = _readResident();
        if (resident == 0) return;
        _stillTicks = resident - _before < StillBytes ? _stillTicks + 1 : 0;
        _before = resident;
        _lowest = Math.Min(_lowest, resident);
        if (_stillTicks < StillTicks || resident - _lowest < SlackBytes) return;
        _trim();
        _lowest = _readResident();
    }
}

/// <summary>The memory that native code takes from the C library.</summary>
internal static unsafe class NativeHeap
{
    // Of the GNU C library; others have none, and give back by themselves.
    private static readonly delegate* unmanaged<nuint, int> s_trim = Find();

    /// <summary>Gives back whole pages that are free, in all arenas.</summary>
    public static void Trim()
    {
        if (s_trim is not null) _ = s_trim(0);
    }

    private static delegate* unmanaged<nuint, int> Find()
    {
        bool isThere = NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "malloc_trim", out nint address);
        return isThere ? (delegate* unmanaged<nuint, int>)address : null;
    }
}
