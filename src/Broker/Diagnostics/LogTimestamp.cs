using System.Globalization;
using System.Runtime.InteropServices;
using Broker.Configuration;

namespace Broker.Diagnostics;

/// <summary>What stands before each line: nothing, seconds since 1970, or what <c>log_timestamp_format</c> asks for.</summary>
internal static partial class LogTimestamp
{
    private const int TmBytes = 128;
    private const int TextBytes = 256;

    /// <summary>The prefix with its colon and space; empty under <c>log_timestamp false</c>.</summary>
    public static string Of(DateTimeOffset now, LoggingOptions options)
    {
        if (!options.HasTimestamp) return "";
        long seconds = now.ToUnixTimeSeconds();
        return options.TimestampFormat is { } format && !OperatingSystem.IsWindows()
            ? $"{Format(seconds, format)}: "
            : string.Create(CultureInfo.InvariantCulture, $"{seconds}: ");
    }

    // strftime is the C library's: its letters and its idea of local time are what the file's author tried out.
    private static unsafe string Format(long seconds, string format)
    {
        byte* tm = stackalloc byte[TmBytes];
        byte* text = stackalloc byte[TextBytes];
        localtime_r(&seconds, tm);
        nuint length = strftime(text, TextBytes, format, tm);
        return Marshal.PtrToStringUTF8((nint)text, (int)length);
    }

    [LibraryImport("libc")]
    private static unsafe partial byte* localtime_r(long* seconds, byte* tm);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial nuint strftime(byte* text, nuint textBytes, string format, byte* tm);
}
