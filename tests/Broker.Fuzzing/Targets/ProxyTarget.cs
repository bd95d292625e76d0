using System.Buffers;
using Broker.TestKit.Packets;
using Broker.Transport.Proxy;

namespace Broker.Fuzzing.Targets;

/// <summary>The PROXY header, version by the first byte: never longer than what is there, and the same in pieces.</summary>
internal static class ProxyTarget
{
    public static FuzzTarget Create() => new(
        "proxy",
        EscapedText.ReadAll(
            @"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\x0D\n", @"PROXY TCP6 ::1 ::2 1 2\x0D\n", @"PROXY UNKNOWN\x0D\n", @"\x0D\n", " ",
            "65535", @"\x0D\n\x0D\n\x00\x0D\nQUIT\n!\x11\x00\x0C", @"!!\x00\x24", @" \x00\x00\x00", @"!1\x00\xD8",
            @" \x00\x0F\x05\x00\x00\x00\x00", @"\x22\x00\x03ann"),
        Read);

    private static void Read(byte[] input)
    {
        if (input.Length == 0) return;
        int version = 1 + (input[0] % 2);
        byte[] bytes = input[1..];
        ProxyHeaderStatus status = Read(new ReadOnlySequence<byte>(bytes), version, out ProxyHeaderReading reading);
        if (status == ProxyHeaderStatus.Complete)
        {
            // What has come is enough to know; a byte less is not.
            BrokenException.Unless(
                Read(new ReadOnlySequence<byte>(bytes, 0, reading.Length - 1), version, out _) == ProxyHeaderStatus.Incomplete,
                "it is whole before its end");
        }
        if (bytes.Length > 300) return;
        foreach (ReadOnlySequence<byte> pieces in Segmentations.Of(bytes))
        {
            ProxyHeaderStatus divided = Read(pieces, version, out ProxyHeaderReading same);
            BrokenException.Unless(divided == status && same == reading, "pieces are read otherwise");
        }
    }

    private static ProxyHeaderStatus Read(ReadOnlySequence<byte> bytes, int version, out ProxyHeaderReading reading)
    {
        ProxyHeaderStatus status = ProxyHeader.Read(bytes, version, out reading);
        BrokenException.Unless((reading.Header is not null) == (status == ProxyHeaderStatus.Complete), "header and status");
        BrokenException.Unless((reading.Error is not null) == (status == ProxyHeaderStatus.Wrong), "error and status");
        BrokenException.Unless(reading.Length <= bytes.Length, "it is longer than what is there");
        return status;
    }
}
