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
}
