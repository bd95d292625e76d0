using System.Globalization;
using System.Text;

namespace Broker.CrashHarness.Facts;

/// <summary>Payloads say which message they are, and show that they arrived whole.</summary>
internal static class Payloads
{
    /// <summary>Text of a message: publisher, number, length of the filling, filling.</summary>
    public static byte[] Write(string publisher, int number, int filling)
    {
        byte[] head = Encoding.ASCII.GetBytes($"{publisher} #{number} {filling}\n");
        byte[] payload = new byte[head.Length + filling];
        head.CopyTo(payload, 0);
        for (int i = 0; i < filling; i++) payload[head.Length + i] = FillingAt(number, i);
        return payload;
    }

    /// <summary>Reads it back.</summary>
    /// <returns>False: it is not one of ours, or it was damaged.</returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, out string publisher, out int number)
    {
        publisher = "";
        number = 0;
        int end = payload.IndexOf((byte)'\n');
        if (end < 0) return false;
        string[] parts = Encoding.ASCII.GetString(payload[..end]).Split(' ');
        if (parts.Length != 3 || !int.TryParse(parts[1].TrimStart('#'), CultureInfo.InvariantCulture, out number)) return false;
        if (!int.TryParse(parts[2], CultureInfo.InvariantCulture, out int filling)) return false;
        publisher = parts[0];
        ReadOnlySpan<byte> rest = payload[(end + 1)..];
        if (rest.Length != filling) return false;
        for (int i = 0; i < filling; i++)
            if (rest[i] != FillingAt(number, i))
                return false;
        return true;
    }

    private static byte FillingAt(int number, int index) => (byte)('a' + (number + index) % 26);
}
