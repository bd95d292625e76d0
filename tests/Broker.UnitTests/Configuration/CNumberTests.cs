using Broker.Configuration.Mosquitto;

namespace Broker.UnitTests.Configuration;

public class CNumberTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("42", 42)]
    [InlineData("-1", -1)]
    [InlineData("+7", 7)]
    [InlineData("0x10", 16)]
    [InlineData("0Xff", 255)]
    [InlineData("-0x10", -16)]
    [InlineData("07", 7)]
    [InlineData("2147483647", int.MaxValue)]
    [InlineData("-2147483648", int.MinValue)]
    public void A_number_reads_as_in_c(string word, int value) =>
        Assert.Equal((value, NumberReading.Plain), CNumber.Read(word));

    [Fact]
    public void A_leading_zero_makes_octal() => Assert.Equal((8, NumberReading.Octal), CNumber.Read("010"));

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("x")]
    [InlineData("10#x")]
    [InlineData("10s")]
    [InlineData("0x")]
    [InlineData("08")]
    [InlineData("1 ")]
    [InlineData("١")]
    public void What_has_something_else_in_it_is_no_number(string word) =>
        Assert.Equal(NumberReading.NotANumber, CNumber.Read(word).Reading);

    [Theory]
    [InlineData("2147483648")]
    [InlineData("-2147483649")]
    [InlineData("99999999999999999999999999")]
    [InlineData("0xffffffffffffffffffff")]
    public void What_has_more_than_32_bits_is_too_large(string word) =>
        Assert.Equal(NumberReading.TooLarge, CNumber.Read(word).Reading);

    [Fact]
    public void An_octal_value_gives_a_warning()
    {
        Assert.Equal(8, Reading.Options("max_keepalive 010").Limits.KeepAliveSecondsMax);
        Assert.Equal(
            ["a.conf:1:15: warning: '010' begins with 0 and is read as octal, as mosquitto does: 8"],
            Reading.Warnings("max_keepalive 010"));
    }
}
