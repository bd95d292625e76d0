using Broker.TestKit;

namespace Broker.UnitTests.TestKit;

public sealed class WireTextTests
{
    [Theory]
    [InlineData("", new byte[0])]
    [InlineData("10 0C", new byte[] { 0x10, 0x0c })]
    [InlineData("100c", new byte[] { 0x10, 0x0c })]
    [InlineData("00 02 'Aé'", new byte[] { 0, 2, (byte)'A', 0xc3, 0xa9 })]
    [InlineData("01 | 02\n 03", new byte[] { 1, 2, 3 })]
    [InlineData("01 02 *3", new byte[] { 1, 2, 2, 2 })]
    [InlineData("'ab'*2 00", new byte[] { (byte)'a', (byte)'b', (byte)'a', (byte)'b', 0 })]
    public void A_literal_is_its_bytes(string literal, byte[] expected) => Assert.Equal(expected, WireText.Parse(literal));

    [Theory]
    [InlineData("1")]
    [InlineData("0g")]
    [InlineData("'open")]
    [InlineData("+1")]
    public void What_is_no_literal_is_refused(string literal) =>
        Assert.Throws<FormatException>(() => WireText.Parse(literal));

    [Fact]
    public void Formatted_bytes_can_be_parsed_again()
    {
        byte[] bytes = [0, 0x0a, 0xff];

        Assert.Equal("00 0a ff", WireText.Format(bytes));
        Assert.Equal(bytes, WireText.Parse(WireText.Format(bytes)));
    }
}
