using System.Text;
using Broker.Configuration.Mosquitto;

namespace Broker.UnitTests.Configuration;

public class LexerTests
{
    [Theory]
    [InlineData("password_file /a/b # secrets", "/a/b")]
    [InlineData("password_file /a/b\t# secrets", "/a/b")]
    [InlineData("password_file /a/b#c", "/a/b#c")]
    [InlineData("password_file /a/b c", "/a/b c")]
    [InlineData("password_file /a/b\tc  ", "/a/b\tc")]
    [InlineData("  password_file    /a/b   ", "/a/b")]
    [InlineData("\tpassword_file\t/a/b\t", "/a/b")]
    [InlineData("password_file /Straße/密码 #密码", "/Straße/密码")]
    public void A_text_value_ends_at_a_comment_that_a_blank_precedes(string line, string path) =>
        Assert.Equal(path, Reading.Listener($"listener 1884\n{line}\n").Security.PasswordFile);

    [Theory]
    [InlineData("# comment")]
    [InlineData("   # comment")]
    [InlineData("\t# comment")]
    [InlineData("#")]
    [InlineData("   ")]
    [InlineData("\t")]
    [InlineData("")]
    public void A_line_without_a_directive_says_nothing(string line) =>
        Assert.Empty(Reading.Remarks($"{line}\nlistener 1884\n{line}"));

    [Theory]
    [InlineData("max_keepalive 60")]
    [InlineData("max_keepalive 60\n")]
    [InlineData("max_keepalive 60\r\n")]
    [InlineData("\r\n\r\nmax_keepalive 60\r\n")]
    public void Line_ends_do_not_matter(string text) => Assert.Equal(60, Reading.Options(text).Limits.KeepAliveSecondsMax);

    [Theory]
    [InlineData("\uFEFF")]
    [InlineData("")]
    public void Columns_count_characters_and_not_the_byte_order_mark(string mark)
    {
        string[] errors = Reading.Errors(
            $"{mark}max_keepalive x\r\n  # ü\r\n\tmax_keepalive  ü\r\npassword_file 密码\r\n  nix 1\r\n");

        Assert.Contains("a.conf:1:15: error: 'max_keepalive' takes a number, 0 to 65535 seconds, 0 for any, not 'x'", errors);
        Assert.Contains("a.conf:3:17: error: 'max_keepalive' takes a number, 0 to 65535 seconds, 0 for any, not 'ü'", errors);
        Assert.Contains("a.conf:5:3: error: 'nix' is not a directive", errors);
    }

    [Fact]
    public void A_column_behind_wide_characters_counts_each_as_one()
    {
        string[] warnings = Reading.Warnings("listener 1884 0.0.0.0 密码\nlistener 1885 \U0001F512.example extra\n");

        Assert.StartsWith("a.conf:1:23: warning: ", warnings[0], StringComparison.Ordinal);
        Assert.StartsWith("a.conf:2:25: warning: ", warnings[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_fine_in_a_comment_and_an_error_in_a_value()
    {
        byte[] text = Encoding.Latin1.GetBytes("# für\nmax_keepalive 60 # für\npid_file /für\n");

        ConfigurationDiagnostic error = Assert.Single(MosquittoConfiguration.Parse(text, "a.conf").Diagnostics);

        Assert.Equal("Error: Malformed UTF-8 in configuration.", error.MosquittoText);
        Assert.Equal((3, 12), (error.Line, error.Column));
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void A_utf16_file_is_named_as_such(string encoding)
    {
        Encoding utf16 = Encoding.GetEncoding(encoding);
        string text = "listener 1883\n";

        Assert.All([utf16.GetBytes(text), [.. utf16.GetPreamble(), .. utf16.GetBytes(text)]], bytes =>
        {
            ConfigurationDiagnostic error = Assert.Single(MosquittoConfiguration.Parse(bytes, "a.conf").Diagnostics);
            Assert.StartsWith("a.conf:1:1: error: this file is UTF-16", error.ToString(), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_nul_byte_does_not_hide_what_follows_it()
    {
        string[] errors = Reading.Errors("listener 1884\nmax_keepalive \0 60\nmax_qos 7\n");

        Assert.StartsWith("a.conf:2:15: error: a NUL byte", errors[0], StringComparison.Ordinal);
        Assert.Contains("Error: 'max_qos' must be between 0 and 2 inclusive.", errors);
    }

    [Fact]
    public void A_topic_filter_of_a_bridge_may_be_a_hash()
    {
        string text = "connection a\naddress b\ntopic # both 2 # everything\n";

        Assert.Empty(Reading.Errors(text));
    }

    [Fact]
    public void A_comment_instead_of_a_value_is_no_value() =>
        Assert.Contains("Error: Empty 'password_file' value in configuration.", Reading.Errors("password_file # none yet"));
}
