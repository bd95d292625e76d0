using Broker.Connections;

namespace Broker.UnitTests.Connections;

public sealed class OutboundAliasesTests
{
    [Fact]
    public void First_come_first_served_and_0_when_all_are_given_out()
    {
        OutboundAliases aliases = new(2);

        Assert.Equal((1, true), Get(aliases, "a"));
        Assert.Equal((2, true), Get(aliases, "b"));
        Assert.Equal((0, false), Get(aliases, "c"));
        Assert.Equal((1, false), Get(aliases, "a"));
    }

    [Fact]
    public void One_that_was_taken_back_is_given_out_again()
    {
        OutboundAliases aliases = new(1);
        Get(aliases, "a");

        aliases.TakeBack("a");

        Assert.Equal((1, true), Get(aliases, "b"));
        Assert.Equal((0, false), Get(aliases, "a"));
    }

    private static (int Alias, bool IsNew) Get(OutboundAliases aliases, string topic) =>
        (aliases.Get(topic, out bool isNew), isNew);
}
