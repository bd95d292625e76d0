using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Broker.Configuration;
using Broker.Diagnostics;
using Broker.TestKit.Processes;
using Broker.TestKit;

namespace Broker.UnitTests.Diagnostics;

public sealed class LogSinkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void After_a_rotation_by_rename_lines_go_into_a_new_file()
    {
        string path = _folder.File("broker.log");
        using TextLogSink sink = TextLogSink.ToFile(path);
        Say(sink, "one");

        File.Move(path, path + ".1");
        Say(sink, "two");
        sink.Reopen();
        Say(sink, "three");

        Assert.Equal("one\ntwo\n", File.ReadAllText(path + ".1"));
        Assert.Equal("three\n", File.ReadAllText(path));
    }

    [Fact]
    public void After_a_rotation_by_copy_and_truncate_there_is_no_hole()
    {
        string path = _folder.File("broker.log");
        using TextLogSink sink = TextLogSink.ToFile(path);
        Say(sink, "one");

        using (FileStream truncated = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) truncated.SetLength(0);
        Say(sink, "two");

        Assert.Equal("two\n", File.ReadAllText(path));
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void A_new_log_file_is_not_for_everybody()
    {
        using TextLogSink sink = TextLogSink.ToFile(_folder.File("broker.log"));

        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(_folder.File("broker.log")) & UnixFileMode.OtherRead);
    }

    [Theory]
    [InlineData(null, "Error", "<27>")]
    [InlineData(null, "Warning", "<28>")]
    [InlineData(null, "Notice", "<29>")]
    [InlineData(0, "Information", "<134>")]
    [InlineData(7, "Debug", "<191>")]
    [Directive("log_facility")]
    public void The_system_log_gets_facility_severity_and_name(int? facility, string kind, string priority)
    {
        using Socket daemon = Daemon();
        using SyslogSink sink = new(facility, _folder.File("log"));

        sink.Write(Enum.Parse<LogTypes>(kind), "1700000000: ", "hello");

        Assert.Equal($"{priority}broker[{Environment.ProcessId}]: hello", Received(daemon));
    }

    [Fact]
    public void A_system_log_that_restarts_is_found_again()
    {
        using SyslogSink sink = new(null, _folder.File("log"));
        sink.Write(LogTypes.Error, "", "nobody hears this");
        using (Socket first = Daemon())
        {
            sink.Write(LogTypes.Error, "", "one");
            Assert.EndsWith(": one", Received(first), StringComparison.Ordinal);
        }
        File.Delete(_folder.File("log"));
        using Socket second = Daemon();
        sink.Write(LogTypes.Error, "", "the old socket notices");

        sink.Write(LogTypes.Error, "", "two");

        Assert.EndsWith(": two", Received(second, skip: "the old socket notices"), StringComparison.Ordinal);
    }

    private static void Say(TextLogSink sink, string text)
    {
        sink.Write(LogTypes.Notice, "", text);
        sink.Flush();
    }

    private static string Received(Socket daemon, string? skip = null)
    {
        byte[] buffer = new byte[1000];
        string text = Encoding.UTF8.GetString(buffer, 0, daemon.Receive(buffer));
        return skip is not null && text.EndsWith(skip, StringComparison.Ordinal) ? Received(daemon) : text;
    }

    private Socket Daemon()
    {
        Socket daemon = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        daemon.Bind(new UnixDomainSocketEndPoint(_folder.File("log")));
        return daemon;
    }
}
