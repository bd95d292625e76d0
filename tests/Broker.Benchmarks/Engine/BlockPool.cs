using System.Buffers;

namespace Broker.Benchmarks.Engine;

/// <summary>
/// Memory for pipes in blocks of 4 KiB, as Kestrel keeps them for its sockets: whatever was rented once is there again. The
/// framework's shared pool gives up blocks when many are out at a time, which would be counted here. For one thread.
/// </summary>
internal sealed class BlockPool : MemoryPool<byte>
{
    private const int BlockBytes = 4096;

    private readonly Stack<Block> _free = new();

    public override int MaxBufferSize => BlockBytes;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) =>
        _free.TryPop(out Block? block) ? block : new Block(this);

    protected override void Dispose(bool disposing) => _free.Clear();

    private sealed class Block(BlockPool pool) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = new byte[BlockBytes];

        public void Dispose() => pool._free.Push(this);
    }
}
