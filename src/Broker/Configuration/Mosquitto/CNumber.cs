namespace Broker.Configuration.Mosquitto;

/// <summary>How a word was read as a number.</summary>
internal enum NumberReading
{
    /// <summary>Decimal or hexadecimal.</summary>
    Plain,
    /// <summary>A leading zero made it octal, and that made a difference.</summary>
    Octal,
    /// <summary>No number, or one with something behind it.</summary>
    NotANumber,
    /// <summary>Beyond 32 bits.</summary>
    TooLarge,
}

/// <summary>Whole numbers as C's <c>strtol</c> with base 0 reads them.</summary>
internal static class CNumber
{
    /// <summary>Reads a word without blanks. The value is 0 unless the reading is Plain or Octal.</summary>
    public static (int Value, NumberReading Reading) Read(string word)
    {
        ReadOnlySpan<char> digits = word;
        bool isNegative = digits.StartsWith('-');
        if (isNegative || digits.StartsWith('+')) digits = digits[1..];

        int radix = 10;
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            radix = 16;
            digits = digits[2..];
        }
        else if (digits.Length > 1 && digits[0] == '0')
        {
            radix = 8;
            digits = digits[1..];
        }
        if (digits.IsEmpty) return (0, NumberReading.NotANumber);

        long value = 0;
        foreach (char c in digits)
        {
            int digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix) return (0, NumberReading.NotANumber);
            value = Math.Min((value * radix) + digit, 1L + uint.MaxValue);
        }
        if (isNegative) value = -value;
        if (value is > int.MaxValue or < int.MinValue) return (0, NumberReading.TooLarge);
        return ((int)value, radix == 8 && value is > 7 or < -7 ? NumberReading.Octal : NumberReading.Plain);
    }
}
