using System.Buffers;
using System.Net.Sockets;
using System.Text;
using Broker.TestKit;
using Broker.Transport.Proxy;

namespace Broker.UnitTests.Transport;

/// <summary>Headers of the PROXY protocol, whole and in pieces.</summary>
public sealed class ProxyHeaderTests
{
    private const string Begin = "0d 0a 0d 0a 00 0d 0a 51 55 49 54 0a";
    private const string IPv4 = "cb 00 71 09 | 7f 00 00 01 | c3 50 | 07 5b";

    [Theory]
    [InlineData("PROXY TCP4 203.0.113.9 192.0.2.1 50000 1883\r\n", "203.0.113.9:50000")]
    [InlineData("PROXY TCP6 2001:db8::9 2001:db8::1 50000 1883\r\n", "[2001:db8::9]:50000")]
    [InlineData("PROXY UNKNOWN\r\n", null)]
    [InlineData("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", null)]
    public void A_line_of_version_1_is_read_at_every_cut(string line, string? source) =>
        ExpectWhole(Encoding.ASCII.GetBytes(line), 1, header => Assert.Equal(source, header.Source?.ToString()));

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("\u0010\u000c\u0000\u0004MQTT")]
    [InlineData("PROXY TCP4 203.0.113.9 192.0.2.1 50000\r\n")]
    [InlineData("PROXY TCP4 203.0.113.9 192.0.2.1 50000 1883 x\r\n")]
    [InlineData("PROXY TCP4 203.0.113.9 192.0.2.1 65536 1883\r\n")]
    [InlineData("PROXY TCP4 203.0.113.9 192.0.2.1 -1 1883\r\n")]
    [InlineData("PROXY TCP4 2001:db8::9 192.0.2.1 50000 1883\r\n")]
    [InlineData("PROXY TCP4 203.113 192.0.2.1 50000 1883\r\n")]
    [InlineData("PROXY TCP6 [2001:db8::9] 2001:db8::1 50000 1883\r\n")]
    [InlineData("PROXY UDP4 203.0.113.9 192.0.2.1 50000 1883\r\n")]
    public void What_is_no_line_of_version_1_is_wrong(string line) => ExpectWrong(Encoding.ASCII.GetBytes(line), 1);

    [Fact]
    public void A_line_without_an_end_is_wrong_after_107_bytes()
    {
        byte[] line = Encoding.ASCII.GetBytes("PROXY UNKNOWN " + new string('x', 200));

        Assert.Equal(ProxyHeaderStatus.Incomplete, Read(line[..106], 1, out _));
        ExpectWrong(line[..107], 1);
    }

    [Theory]
    [InlineData($"{Begin} | 21 11 | 00 0c | {IPv4}", "203.0.113.9:50000")]
    [InlineData($"{Begin} | 21 11 | 00 10 | {IPv4} | 04 00 01 00", "203.0.113.9:50000")]
    [InlineData(
        $"{Begin} | 21 21 | 00 24 | 20 01 0d b8 00 *11 09 | 20 01 0d b8 00 *11 01 | c3 50 | 07 5b", "[2001:db8::9]:50000")]
    [InlineData($"{Begin} | 20 00 | 00 00", null)]
    [InlineData($"{Begin} | 20 11 | 00 0c | {IPv4}", null)]
    public void A_header_of_version_2_is_read_at_every_cut(string wire, string? source) =>
        ExpectWhole(WireText.Parse(wire), 2, header => Assert.Equal(source, header.Source?.ToString()));

    [Fact]
    public void The_path_of_a_unix_socket_is_read()
    {
        byte[] addresses = new byte[216];
        Encoding.ASCII.GetBytes("/run/client.sock").CopyTo(addresses, 0);

        ExpectWhole(
            [.. WireText.Parse($"{Begin} | 21 31 | 00 d8"), .. addresses], 2,
            header => Assert.Equal("/run/client.sock", Assert.IsType<UnixDomainSocketEndPoint>(header.Source).ToString()));
    }

    [Theory]
    [InlineData("05", "00 00 00 00", true, true, "ann")]
    [InlineData("01", "00 00 00 00", true, false, null)]
    [InlineData("05", "00 00 00 01", true, false, null)]
    [InlineData("04", "00 00 00 00", false, false, null)]
    public void What_is_said_of_TLS_is_read(string client, string verify, bool hasTls, bool hasCertificate, string? name)
    {
        const string Texts = "21 00 07 'TLSv1.3' | 22 00 03 'ann' | 23 00 03 'AES'";
        byte[] wire = WireText.Parse($"{Begin} | 21 11 | 00 2a | {IPv4} | 20 00 1b | {client} {verify} | {Texts}");

        ExpectWhole(wire, 2, header =>
        {
            Assert.Equal((hasTls, hasCertificate, name), (header.HasTls, header.HasCertificate, header.CommonName));
            Assert.Equal(("TLSv1.3", "AES"), (header.TlsVersion, header.Cipher));
        });
    }

    // As of a certificate that is shown to the broker itself: no text of a store may have a NUL in it.
    [Theory]
    [InlineData("'a' 00 'n'")]
    [InlineData("00 00 00")]
    public void A_name_with_a_NUL_in_it_is_none(string name)
    {
        byte[] wire = WireText.Parse($"{Begin} | 21 11 | 00 1a | {IPv4} | 20 00 0b | 05 00 00 00 00 | 22 00 03 {name}");

        ExpectWhole(wire, 2, header => Assert.Equal((true, null), (header.HasCertificate, header.CommonName)));
    }

    [Theory]
    [InlineData($"{Begin} | 11 11 | 00 0c | {IPv4}")] // Version 1.
    [InlineData($"{Begin} | 22 11 | 00 0c | {IPv4}")] // An unknown command.
    [InlineData($"{Begin} | 21 12 | 00 0c | {IPv4}")] // UDP.
    [InlineData($"{Begin} | 21 00 | 00 00")] // No address although somebody is meant.
    [InlineData($"{Begin} | 21 11 | 00 0b | cb 00 71 09 7f 00 00 01 c3 50 07")] // Cut addresses.
    [InlineData($"{Begin} | 21 11 | 00 0f | {IPv4} | 20 00 05")] // A value beyond the end.
    [InlineData($"{Begin} | 21 11 | 00 0e | {IPv4} | 20 00")] // Half a TLV.
    [InlineData($"{Begin} | 21 11 | 00 11 | {IPv4} | 20 00 02 | 01 00")] // TLS without its fixed part.
    [InlineData($"{Begin} | 21 11 | 00 17 | {IPv4} | 20 00 08 | 05 00 00 00 00 | 22 00 09")] // A text beyond its TLV.
    [InlineData($"{Begin} | 21 11 | 08 00 | {IPv4}")] // Longer than what is taken.
    [InlineData("50 52 4f 58 59 20")]
    public void What_is_no_header_of_version_2_is_wrong(string wire) => ExpectWrong(WireText.Parse(wire), 2);

    [Fact]
    public void Random_bytes_never_throw_and_are_never_taken()
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        byte[] begin = WireText.Parse($"{Begin} | 21 11");
        for (int i = 0; i < 20_000; i++)
        {
            byte[] tail = new byte[random.Next(60)];
            random.NextBytes(tail);
            if (tail.Length > 0) tail[0] = 0;
            byte[] wire = [.. begin, .. tail];
            ProxyHeaderStatus status = Read(wire, 2, out ProxyHeaderReading reading);
            Assert.True(status != ProxyHeaderStatus.Complete || reading.Length <= wire.Length, $"seed {seed}");
            Read(tail, 1, out _);
        }
    }

    private static void ExpectWhole(byte[] wire, int version, Action<ProxyHeader> check)
    {
        byte[] withMore = [.. wire, 0x10, 0x0C];
        for (int cut = 0; cut < wire.Length; cut++)
            Assert.Equal(ProxyHeaderStatus.Incomplete, Read(wire[..cut], version, out _));
        Assert.Equal(ProxyHeaderStatus.Complete, Read(withMore, version, out ProxyHeaderReading reading));
        Assert.Equal(wire.Length, reading.Length);
        check(reading.Header!);
        // In two segments, as a pipe may have it.
        Segment first = new(withMore.AsMemory(0, 3), 0);
        Segment last = first.Append(withMore.AsMemory(3));
        ReadOnlySequence<byte> sequence = new(first, 0, last, last.Memory.Length);
        Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeader.Read(sequence, version, out reading));
        check(reading.Header!);
    }

    private static void ExpectWrong(byte[] wire, int version)
    {
        Assert.Equal(ProxyHeaderStatus.Wrong, Read(wire, version, out ProxyHeaderReading reading));
        Assert.NotEmpty(reading.Error!);
    }

    private static ProxyHeaderStatus Read(byte[] bytes, int version, out ProxyHeaderReading reading) =>
        ProxyHeader.Read(new ReadOnlySequence<byte>(bytes), version, out reading);

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            Segment next = new(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
