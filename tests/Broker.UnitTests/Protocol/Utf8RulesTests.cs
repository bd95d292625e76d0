using System.Text;
using Broker.Protocol;
using Broker.TestKit;
using Broker.TestKit.Packets;

namespace Broker.UnitTests.Protocol;

public sealed class Utf8RulesTests
{
    [Fact]
    public void Every_character_is_judged_by_itself_and_among_others()
    {
        for (int value = 0; value <= 0x10FFFF; value++)
        {
            if (!Rune.IsValid(value))
            {
                continue;
            }

            bool isControl = value is <= 0x1F or (>= 0x7F and <= 0x9F);
            bool isNonCharacter = value is >= 0xFDD0 and <= 0xFDEF || (value & 0xFFFE) == 0xFFFE;
            string text = new Rune(value).ToString();
            byte[] utf8 = Encoding.UTF8.GetBytes("°" + text + "z");

            bool isValid = Utf8Rules.IsValid(utf8);

            if (isValid == (isControl || isNonCharacter) || isValid != Utf8Rules.IsValid(text.AsSpan()))
            {
                Assert.Fail($"U+{value:X4} was judged {isValid}");
            }
        }
    }

    [Theory]
    [InlineData("80", "a continuation byte alone")]
    [InlineData("'a' c3", "a character cut short")]
    [InlineData("c0 80", "U+0000 in two bytes")]
    [InlineData("c1 bf", "overlong, two bytes")]
    [InlineData("e0 80 af", "overlong, three bytes")]
    [InlineData("f0 80 80 af", "overlong, four bytes")]
    [InlineData("ed a0 80", "a high surrogate")]
    [InlineData("ed bf bf", "a low surrogate")]
    [InlineData("ed a0 bd ed b8 80", "a pair of surrogates")]
    [InlineData("f4 90 80 80", "beyond U+10FFFF")]
    [InlineData("f8 88 80 80 80", "five bytes")]
    [InlineData("fe", "no lead byte")]
    public void What_is_not_utf8_is_refused(string wire, string why) =>
        Assert.True(Utf8Rules.Check(WireText.Parse(wire)) == Faults.StringNotUtf8, why);

    [Theory]
    [InlineData("")]
    [InlineData("' '")]
    [InlineData("'~'")]
    [InlineData("ef bb bf 'a'")]
    public void The_rest_is_allowed(string wire) => Assert.True(Utf8Rules.IsValid(WireText.Parse(wire)));

    [Fact]
    public void A_bad_character_is_found_wherever_it_stands()
    {
        for (int length = 1; length < 70; length++)
        {
            for (int at = 0; at < length; at++)
            {
                byte[] utf8 = [.. Enumerable.Repeat((byte)'a', length)];
                utf8[at] = 0x1F;
                Assert.Same(Faults.StringWithControlCharacter, Utf8Rules.Check(utf8));
                utf8[at] = 0xFF;
                Assert.Same(Faults.StringNotUtf8, Utf8Rules.Check(utf8));
            }
        }
    }

    [Fact]
    public void A_byte_order_mark_is_a_character_and_stays()
    {
        byte[] wire = WireFrame.Parse("10 .. <'MQTT'> 04 02 00 3c <ef bb bf 'a'>");

        var packet = (Broker.Protocol.Packets.ConnectPacket)Codec.Read(wire, ProtocolVersion.Mqtt311);

        Assert.Equal("\uFEFFa", packet.ClientId);
    }
}
