using System.Globalization;
using System.Runtime.InteropServices;
using Broker.Configuration;

namespace Broker.Diagnostics;

/// <summary>What stands before each line: nothing, seconds since 1970, or what <c>log_timestamp_format</c> asks for. One
/// thread.</summary>
internal sealed partial class LogTimestamp
{
    // More than any C library's struct tm.
    private const int TmBytes = 128;
    private const int TextBytes = 256;

    private readonly LoggingOptions _options;
    private long _seconds = long.MinValue;
    private string _text = "";

    public LogTimestamp(LoggingOptions options) => _options = options;

    /// <summary>The prefix with its colon and space; empty under <c>log_timestamp false</c>.</summary>
    public string Of(DateTimeOffset now)
    {
        if (!_options.HasTimestamp) return "";
        long seconds = now.ToUnixTimeSeconds();
        if (seconds == _seconds) return _text;
        _seconds = seconds;
        _text = _options.TimestampFormat is { } format && !OperatingSystem.IsWindows()
            ? $"{LogText.OneLine(Format(seconds, format))}: "
            : string.Create(CultureInfo.InvariantCulture, $"{seconds}: ");
        return _text;
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
