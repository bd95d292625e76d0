using System.Buffers;
using Broker.Transport;

namespace Broker.UnitTests.Transport;

public sealed class TransportMemoryPoolTests
{
    private readonly TransportMemoryPool _pool = new();

    [Fact]
    public void A_block_is_large()
    {
        using IMemoryOwner<byte> block = _pool.Rent(2048);
        Assert.Equal(TransportMemoryPool.LargeBytes, block.Memory.Length);
    }

    [Fact]
    public void A_block_that_came_back_is_given_out_again()
    {
        IMemoryOwner<byte> first = _pool.Rent();
        first.Dispose();
        Assert.Same(first, _pool.Rent());
        Assert.NotSame(first, _pool.Rent());
    }

    [Fact]
    public void Peers_that_hold_on_to_their_blocks_get_small_ones_in_the_end()
    {
        List<IMemoryOwner<byte>> held = [];
        for (int i = 0; i < TransportMemoryPool.LargeOutMax; i++) held.Add(_pool.Rent());
        Assert.All(held, block => Assert.Equal(TransportMemoryPool.LargeBytes, block.Memory.Length));

        using (IMemoryOwner<byte> small = _pool.Rent()) Assert.Equal(TransportMemoryPool.SmallBytes, small.Memory.Length);
        held[0].Dispose();

        using IMemoryOwner<byte> large = _pool.Rent();
        Assert.Equal(TransportMemoryPool.LargeBytes, large.Memory.Length);
    }

    [Fact]
    public void More_than_a_small_block_has_is_not_promised()
    {
        Assert.Equal(TransportMemoryPool.SmallBytes, _pool.MaxBufferSize);
        Assert.Throws<ArgumentOutOfRangeException>(() => _pool.Rent(TransportMemoryPool.SmallBytes + 1));
    }
}
