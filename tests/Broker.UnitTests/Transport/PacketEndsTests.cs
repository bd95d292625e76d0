using Broker.Transport.WebSockets;

namespace Broker.UnitTests.Transport;

public sealed class PacketEndsTests
{
    [Fact]
    public void The_ends_of_packets_are_found_wherever_their_bytes_are_cut()
    {
        Random random = new(33);
        List<byte> bytes = [];
        HashSet<int> ends = [];
        for (int i = 0; i < 500; i++)
        {
            int length = random.Next(4) switch { 0 => 0, 1 => random.Next(128), 2 => random.Next(20_000), _ => 2 };
            bytes.Add((byte)random.Next(256));
            for (int left = length; ;)
            {
                bytes.Add((byte)((left & 0x7F) | (left > 0x7F ? 0x80 : 0)));
                if ((left >>= 7) == 0) break;
            }
            for (int j = 0; j < length; j++) bytes.Add((byte)random.Next(256));
            ends.Add(bytes.Count);
        }

        byte[] all = [.. bytes];
        PacketEnds packetEnds = new();
        HashSet<int> cuts = [];
        HashSet<int> found = [];
        for (int at = 0; at < all.Length;)
        {
            int cut = Math.Min(all.Length, at + 1 + random.Next(random.Next(2) == 0 ? 3 : 5_000));
            cuts.Add(cut);
            while (at < cut) found.Add(at += packetEnds.Next(all.AsSpan(at..cut)));
        }

        Assert.Equal(ends.Union(cuts).Order(), found.Order());
    }
}
