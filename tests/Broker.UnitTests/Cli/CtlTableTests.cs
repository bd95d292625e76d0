using System.Text.Json;
using Broker.Cli;

namespace Broker.UnitTests.Cli;

public sealed class CtlTableTests
{
    private static readonly string[][] Rows = [["client-one", "7", "a"], ["ü☃", "12", "bbbb"]];

    [Fact]
    public void Columns_are_aligned_and_numbers_to_the_right() => Assert.Equal(
        "CLIENT       N  LAST\nclient-one   7  a\nü☃          12  bbbb\n",
        CtlTable.Write(["CLIENT", "N", "LAST"], Rows, width: null));

    [Fact]
    public void Where_the_terminal_is_narrow_the_widest_column_is_cut() => Assert.Equal(
        "CLIENT     N  LAST\nclient-…   7  a\nü☃        12  bbbb\n",
        CtlTable.Write(["CLIENT", "N", "LAST"], Rows, width: 18));

    [Fact]
    public void Control_characters_do_not_reach_the_terminal() => Assert.Equal(
        "A\n\uFFFD[2J\uFFFD\n", CtlTable.Write(["A"], [["\u001b[2J\n"]], width: null));

    [Fact]
    public void A_payload_does_not_command_the_terminal_and_comes_into_a_file_as_it_is()
    {
        JsonElement message = JsonDocument.Parse("""{"text":"\u001b]0;x\u0007a\tb\r\nc\u009b2J"}""").RootElement;

        Assert.Equal("\uFFFD]0;x\uFFFDa\tb\uFFFD\nc\uFFFD2J", CtlMessages.TextOf(message, isForTerminal: true));
        Assert.Equal("\u001b]0;x\u0007a\tb\r\nc\u009b2J", CtlMessages.TextOf(message, isForTerminal: false));
    }
}
