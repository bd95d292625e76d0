using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace Broker.Transport;

/// <summary>
/// The blocks that sockets are read into and written from. Large ones, so that a busy client's packets come and go in few
/// system calls; but only so many at a time, for a peer that sends half a packet, or does not read, keeps the block it has.
/// The others get small ones.
/// </summary>
/// <remarks>
/// Kestrel's own pool has blocks of 4 KiB, a receive of four messages with 1 KiB each. A connection that is idle holds none.
/// </remarks>
internal sealed class TransportMemoryPool : MemoryPool<byte>
{
    /// <summary>Bytes of a small block, and the most that may be asked for.</summary>
    public const int SmallBytes = 4 * 1024;

    /// <summary>Bytes of a large block.</summary>
    public const int LargeBytes = 32 * 1024;

    /// <summary>So many large blocks may be out at a time: 16 MiB.</summary>
    public const int LargeOutMax = 512;

    private readonly BlockStock _large = new(LargeBytes, keptMax: 256);
    private readonly BlockStock _small = new(SmallBytes, keptMax: 1024);
    private int _largeOut;

    /// <inheritdoc/>
    public override int MaxBufferSize => SmallBytes;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">More than a small block has is asked for.</exception>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, SmallBytes);
        if (Interlocked.Increment(ref _largeOut) <= LargeOutMax) return _large.Take(this);
        Interlocked.Decrement(ref _largeOut);
        return _small.Take(this);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }

    private void Return(Block block)
    {
        if (block.Memory.Length == SmallBytes)
        {
            _small.Return(block);
            return;
        }
        _large.Return(block);
        Interlocked.Decrement(ref _largeOut);
    }

    /// <summary>Blocks of one size that are not in use. The last to come is the first to go: some cache may have it.</summary>
    private sealed class BlockStock(int bytes, int keptMax)
    {
        private readonly Lock _lock = new();
        private Block? _last;
        private int _kept;

        public Block Take(TransportMemoryPool pool)
        {
            lock (_lock)
            {
                if (_last is { } block)
                {
                    _last = block.Previous;
                    block.Previous = null;
                    _kept--;
                    return block;
                }
            }
            return new Block(pool, bytes);
        }

        // What a rush left over goes to the garbage collector.
        public void Return(Block block)
        {
            lock (_lock)
            {
                if (_kept >= keptMax) return;
                block.Previous = _last;
                _last = block;
                _kept++;
            }
        }
    }

    // Pinned for good: the kernel writes into it.
    private sealed class Block(TransportMemoryPool pool, int bytes) : IMemoryOwner<byte>
    {
        /// <summary>The one that came into the stock before it.</summary>
        public Block? Previous { get; set; }

        public Memory<byte> Memory { get; } =
            MemoryMarshal.CreateFromPinnedArray(GC.AllocateUninitializedArray<byte>(bytes, pinned: true), 0, bytes);

        public void Dispose() => pool.Return(this);
    }
}

/// <summary>Gives Kestrel a <see cref="TransportMemoryPool"/> where it would make a pool of its own.</summary>
internal sealed class TransportMemoryPoolFactory : IMemoryPoolFactory<byte>
{
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new TransportMemoryPool();
}
