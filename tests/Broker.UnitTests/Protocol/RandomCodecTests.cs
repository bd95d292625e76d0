using System.Buffers;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.TestKit.Packets;

namespace Broker.UnitTests.Protocol;

/// <summary>Random packets and random damage. A failure names its seed: add it to <see cref="Seeds"/> to see it again.</summary>
public sealed class RandomCodecTests
{
    private const int RoundsPerSeed = 40;
    private const int DamagesPerPacket = 25;

    // Fixed seeds keep yesterday's ground, a fresh one breaks new ground in each run.
    public static TheoryData<int> Seeds => [1, 2, 3, 20_260_101, Environment.ProcessId * 31];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_is_encoded_is_decoded_to_the_same(int seed) => ForEachPacket(seed, (packet, version, wire) =>
        Assert.Equal(Described.Of(packet), Described.Of(Codec.Read(wire, version))));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Bytes_after_the_frame_change_nothing(int seed) => ForEachPacket(seed, (packet, version, wire) =>
    {
        foreach (byte poison in new byte[] { 0x00, 0xFF, (byte)'#' })
        {
            byte[] buffer = [.. wire, .. Enumerable.Repeat(poison, 64)];

            FrameStatus status = FrameReader.TryRead(buffer, 0, version, out FrameHeader header, out _);

            Assert.Equal(FrameStatus.Complete, status);
            Assert.Equal(wire.Length, header.TotalLength);
            Codec.TryRead(new ReadOnlySequence<byte>(buffer), version, PublishDirection.FromServer, 0, out object? read, out _);
            Assert.Equal(Described.Of(packet), Described.Of(read));
        }
    });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_body_that_ends_early_is_refused_or_says_less_but_never_reads_on(int seed) =>
        ForEachPacket(seed, (packet, version, wire) =>
        {
            FrameReader.TryRead(wire, 0, version, out FrameHeader header, out _);
            byte[] body = wire.AsSpan(header.HeaderLength).ToArray();
            for (int length = 0; length < body.Length; length += 1 + body.Length / 12)
            {
                // What lies behind the cut is what would complete the packet: reading on would go unpunished.
                bool isRead = Codec.TryReadBody(
                    header, body.AsSpan(0, length), version, PublishDirection.FromServer, out object? cut, out Fault? fault);
                byte[] copy = body.AsSpan(0, length).ToArray();
                bool isReadAlone = Codec.TryReadBody(
                    header, copy, version, PublishDirection.FromServer, out object? alone, out Fault? sameFault);

                Assert.Equal(isReadAlone, isRead);
                Assert.Same(sameFault, fault);
                Assert.Equal(Described.Of(alone), Described.Of(cut));
                Assert.NotEqual(Described.Of(packet), Described.Of(cut));
            }
        });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Damaged_packets_are_refused_with_a_fault_or_understood_for_good(int seed)
    {
        var damage = new Random(seed);
        ForEachPacket(seed, (whole, version, wire) =>
        {
            for (int round = 0; round < DamagesPerPacket && wire.Length < 2000; round++)
            {
                byte[] damaged = Damage(damage, wire);
                FrameReader.TryRead(wire, 0, version, out FrameHeader header, out _);
                var header2 = header with { FirstByte = damaged[0], RemainingLength = damaged.Length - header.HeaderLength };
                ReadOnlySpan<byte> body = damaged.AsSpan(header.HeaderLength);

                bool isRead = Codec.TryReadBody(
                    header2, body, version, PublishDirection.FromServer, out object? packet, out Fault? fault);

                Assert.Equal(isRead, fault is null);
                if (isRead)
                {
                    AssertSurvives(packet!, version);
                }
            }
        });
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Noise_never_throws(int seed)
    {
        var random = new Random(seed);
        byte[] noise = new byte[64];
        for (int round = 0; round < 20_000; round++)
        {
            random.NextBytes(noise);
            ReadOnlySpan<byte> body = noise.AsSpan(0, random.Next(noise.Length));
            // Low bytes are lengths and identifiers that lead further into a decoder than 0xD7 does.
            foreach (ref byte value in noise.AsSpan())
            {
                value = random.Next(3) == 0 ? value : (byte)(value % 0x2C);
            }

            var header = new FrameHeader((byte)(random.Next(1, 16) << 4 | random.Next(16)), 2, body.Length);
            var version = (ProtocolVersion)random.Next(3, 6);

            bool isRead = Codec.TryReadBody(header, body, version, PublishDirection.FromClient, out _, out Fault? fault);

            Assert.Equal(isRead, fault is null);
        }
    }

    private static void AssertSurvives(object packet, ProtocolVersion version)
    {
        ProtocolVersion spoken = packet is ConnectPacket connect ? connect.Version : version;
        byte[] again = Codec.Write(packet, spoken);
        Assert.Equal(Described.Of(packet), Described.Of(Codec.Read(again, spoken)));
    }

    private static byte[] Damage(Random random, byte[] wire)
    {
        List<byte> bytes = [.. wire];
        for (int left = random.Next(1, 4); left > 0; left--)
        {
            // Most damage where the lengths, flags and properties are.
            int at = 2 + random.Next(Math.Max(1, Math.Min(bytes.Count - 2, random.Next(2) == 0 ? 16 : bytes.Count)));
            switch (random.Next(4))
            {
                case 0 when at < bytes.Count: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1 when at < bytes.Count: bytes[at] = (byte)random.Next(256); break;
                case 2 when at < bytes.Count && bytes.Count > 6: bytes.RemoveAt(at); break;
                default: bytes.Insert(Math.Min(at, bytes.Count), (byte)random.Next(0x2C)); break;
            }
        }

        return [.. bytes];
    }

    private static void ForEachPacket(int seed, Action<object, ProtocolVersion, byte[]> check)
    {
        var packets = new RandomPackets(seed);
        for (int round = 0; round < RoundsPerSeed; round++)
        {
            foreach (PacketType type in Enum.GetValues<PacketType>().Where(type => type != PacketType.Reserved))
            {
                foreach (ProtocolVersion version in Enum.GetValues<ProtocolVersion>().Where(version => version != 0))
                {
                    if (type == PacketType.Auth && version != ProtocolVersion.Mqtt50)
                    {
                        continue;
                    }

                    object packet = packets.Next(type, version);
                    byte[] wire = Codec.Write(packet, version);
                    Check(seed, packet, version, wire, check);
                }
            }
        }
    }

    private static void Check(
        int seed, object packet, ProtocolVersion version, byte[] wire, Action<object, ProtocolVersion, byte[]> check)
    {
        try
        {
            check(packet, version, wire);
        }
        catch (Exception exception)
        {
            string head = WireText.Format(wire.AsSpan(0, Math.Min(200, wire.Length)));
            throw new InvalidOperationException($"seed {seed}, {version}, {packet.GetType().Name}, {head}", exception);
        }
    }
}
