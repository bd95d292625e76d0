using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace Broker.Diagnostics;

/// <summary>A count for each member of an enum, which is a tag of a metric. For what happens now and then. Any thread.</summary>
internal sealed class EnumCounts<T>
    where T : struct, Enum
{
    private readonly long[] _counts;
    private readonly T[] _members = [.. Enum.GetValues<T>().Distinct()];
    private readonly KeyValuePair<string, object?>[] _tags;

    /// <param name="tag">Name of the tag; the members' names in snake case are its values.</param>
    public EnumCounts(string tag)
    {
        _counts = new long[_members.Max(IndexOf) + 1];
        _tags = [.. _members.Select(member => new KeyValuePair<string, object?>(tag, SnakeCase.Of(member.ToString())))];
    }

    public long this[T member] => Volatile.Read(ref _counts[IndexOf(member)]);

    public void Add(T member, long count = 1) => Interlocked.Add(ref _counts[IndexOf(member)], count);

    /// <summary>What was counted, for members that a metric is about.</summary>
    /// <param name="isMeant">Which; null: those that were counted at all.</param>
    public IEnumerable<Measurement<long>> Observe(Func<T, bool>? isMeant = null)
    {
        for (int i = 0; i < _members.Length; i++)
        {
            long count = this[_members[i]];
            if (isMeant?.Invoke(_members[i]) ?? count != 0) yield return new Measurement<long>(count, _tags[i]);
        }
    }

    private static int IndexOf(T member) =>
        Unsafe.SizeOf<T>() == sizeof(byte) ? Unsafe.BitCast<T, byte>(member) : Unsafe.BitCast<T, int>(member);
}
