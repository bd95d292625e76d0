using Broker.Protocol;
using Broker.TestKit;

namespace Broker.IntegrationTests.Compatibility;

/// <summary>What a script says is what is sent.</summary>
public sealed class ExchangeAreaTests
{
    [Fact]
    public void A_file_is_a_title_a_configuration_and_exchanges()
    {
        ExchangeArea area = ExchangeArea.Parse(
            "x", "# Title\n> One.\n> Two.\nconfig: max_qos 1\n\n## one: A title\na connect\n& a ping\n\n## two: Other\nb ping\n");

        Assert.Equal(("x", "Title", "One. Two.", "max_qos 1"), (area.Name, area.Title, area.Remark, area.Configuration));
        Assert.Equal([("one", "A title", 2), ("two", "Other", 1)],
            area.Exchanges.Select(exchange => (exchange.Id, exchange.Title, exchange.Steps.Count)));
        Assert.Equal(("a", "ping", true), (area.Exchanges[0].Steps[1].Client, area.Exchanges[0].Steps[1].Verb,
            area.Exchanges[0].Steps[1].IsJoined));
    }

    [Theory]
    [InlineData("a connect", "10 0d 00 04 'MQTT' 04 02 00 3c 00 01 'a'")]
    [InlineData("a connect v=3 id='' clean=0 keepalive=0", "10 0e 00 06 'MQIsdp' 03 00 00 00 00 00")]
    [InlineData("a connect v=5 session-expiry-interval=60 user=u",
        "10 16 00 04 'MQTT' 05 82 00 3c 05 11 00 00 00 3c 00 01 'a' 00 01 'u'")]
    [InlineData("a connect v=5 will=t will-payload=p will.will-delay-interval=1",
        "10 1a 00 04 'MQTT' 05 06 00 3c 00 00 01 'a' 05 18 00 00 00 01 00 01 't' 00 01 'p'")]
    [InlineData("a publish t 'a b' qos=1 id=7 retain", "33 08 00 01 't' 00 07 'a b'")]
    [InlineData("a publish t 'x'*3", "30 06 00 01 't' 'xxx'")]
    [InlineData("a publish '' retain", "31 02 00 00")]
    [InlineData("a subscribe t qos=1 u/# id=9", "82 0c 00 09 00 01 't' 01 00 03 'u/#' 00")]
    [InlineData("a unsubscribe t u", "a2 08 00 01 00 01 't' 00 01 'u'")]
    [InlineData("a pubrel 9", "62 02 00 09")]
    [InlineData("a puback #1 reason=97", "40 03 12 34 97")]
    [InlineData("a disconnect", "e0 00")]
    [InlineData("a frame 82 00 01", "82 02 00 01")]
    [InlineData("& a raw c0 'x'", "c0 78")]
    public void A_line_is_the_bytes_of_its_packet(string line, string wire)
    {
        Step step = StepOf(line);

        byte[] bytes = StepPacket.Encode(step, StepPacket.VersionOf(step), id => id == "#1" ? (ushort)0x1234 : (ushort)9);

        Assert.Equal(WireText.Format(WireText.Parse(wire)), WireText.Format(bytes));
    }

    [Theory]
    [InlineData("a connect nonsense=1", "x.txt:2: there is no nonsense")]
    [InlineData("a dance", "x.txt:2: nobody can dance")]
    [InlineData("a connect session-expiry-interval=1", "x.txt:2: only 5.0 has properties")]
    public void What_is_no_line_is_named_with_its_place(string line, string message)
    {
        FormatException failure = Assert.Throws<FormatException>(
            () => StepPacket.Encode(StepOf(line), ProtocolVersion.Mqtt311, _ => 0));

        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("20 02 01 00", "CONNACK 0x00 Success session-present")]
    [InlineData("20 03 00 84 00", "CONNACK 0x84 UnsupportedProtocolVersion (in the form of 5.0)")]
    [InlineData("3b 06 00 01 't' 00 05 'x'", "PUBLISH 't' 'x' qos=1 #? retain dup")]
    [InlineData("62 02 00 05", "PUBREL #?")]
    [InlineData("90 04 00 01 01 80", "SUBACK 1: 1 0x80 UnspecifiedError")]
    [InlineData("d0 00", "PINGRESP")]
    [InlineData("20 01 00", "malformed: 20 01 00")]
    public void A_packet_of_3_1_1_is_told_in_words(string wire, string text) =>
        Assert.Equal(text, Answer.From(WireText.Parse(wire), ProtocolVersion.Mqtt311).Text);

    [Theory]
    [InlineData("20 06 00 00 03 21 00 14", "CONNACK 0x00 Success receive-maximum=20")]
    [InlineData("20 0b 00 00 08 12 00 02 'xy' 21 00 14",
        "CONNACK 0x00 Success assigned-client-identifier=(assigned) receive-maximum=20")]
    [InlineData("30 0b 00 01 't' 05 02 00 00 02 52 'ab'", "PUBLISH 't' 'ab' qos=0 message-expiry-interval=600")]
    [InlineData("40 03 00 01 00", "PUBACK 1")]
    [InlineData("40 03 00 01 10", "PUBACK 1 0x10 NoMatchingSubscribers")]
    [InlineData("e0 07 82 05 1f 00 02 'no'", "DISCONNECT 0x82 ProtocolError")]
    public void A_packet_of_5_0_is_told_in_words(string wire, string text) =>
        Assert.Equal(text, Answer.From(WireText.Parse(wire), ProtocolVersion.Mqtt50).Text);

    private static Step StepOf(string line) => ExchangeArea.Parse("x", $"## x: x\n{line}\n").Exchanges[0].Steps[0];
}
