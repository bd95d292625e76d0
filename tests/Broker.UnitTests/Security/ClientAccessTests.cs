using System.Collections.Immutable;
using System.Text;
using Broker.Configuration;
using Broker.Protocol.Topics;
using Broker.Security;
using Broker.TestKit.Processes;

namespace Broker.UnitTests.Security;

public class ClientAccessTests
{
    private static ClientAccess Of(string list, string? user, string client = "c", AclNames names = AclNames.OneLevel) =>
        new(AclFileReader.Read("a", Encoding.UTF8.GetBytes(list)).File!, names, user, client);

    private static string Decided(ClientAccess access, string topic, AclAccess wanted)
    {
        AccessDecision decision = access.Decide(topic, wanted);
        return $"{(decision.IsAllowed ? "yes" : "no")} {decision.Basis} {decision.Rule?.Line ?? 0}";
    }

    [Theory]
    [InlineData("topic read a\ntopic deny a", "no OwnLine 2")]
    [InlineData("topic deny +\ntopic read a", "no OwnLine 1")]
    [InlineData("topic write a\ntopic read a", "yes OwnLine 2")]
    [InlineData("topic write a", "no NoLine 0")]
    [InlineData("topic read #\ntopic read a", "yes OwnLine 2")]
    [InlineData("topic read #\npattern deny a", "yes OwnLine 1")]
    [InlineData("topic deny a\npattern read a", "no OwnLine 1")]
    [InlineData("pattern read a\npattern deny +", "no PatternLine 2")]
    [InlineData("pattern write a\npattern read +", "yes PatternLine 2")]
    [InlineData("user other\ntopic read a", "no NoLine 0")]
    [InlineData("", "no NoLine 0")]
    public void Own_lines_go_first_and_deny_wins_in_each_part(string list, string expected) =>
        Assert.Equal(expected, Decided(Of(list, user: null), "a", AclAccess.Read));

    [Theory]
    [InlineData("topic read #", false)]
    [InlineData("topic read +/x", false)]
    [InlineData("topic read $SYS/#", true)]
    public void A_topic_of_the_broker_needs_a_line_that_names_it(string list, bool isAllowed) =>
        Assert.Equal(isAllowed, Of(list, null).MayRead("$SYS/x"));

    [Theory]
    [InlineData("pattern dev/%c/#", "u", "c", "dev/c/x", true)]
    [InlineData("pattern dev/%c/#", "u", "c", "dev/d/x", false)]
    [InlineData("pattern a%cb%ud", "u", "c", "acbud", true)]
    [InlineData("pattern %u/%c", null, "c", "x/c", false)]
    [InlineData("pattern %c/x", "u", "%u", "%u/x", true)]
    [InlineData("pattern %c/x", "u", "a+", "a+/x", false)]
    [InlineData("pattern dev/%u/#", "a/b", "c", "dev/a/b/x", false)]
    [InlineData("pattern dev/%c/#", "a/b", "c", "dev/c/x", true)]
    [InlineData("pattern %c/#", "u", "$SYS", "$SYS/x", false)]
    [InlineData("pattern dev/%c", "u", "$x", "dev/$x", true)]
    [InlineData("pattern a%", "u", "c", "a%", true)]
    public void Names_in_patterns_stay_in_their_level(string list, string? user, string client, string topic, bool isAllowed) =>
        Assert.Equal(isAllowed, Of(list, user, client).MayWrite(topic));

    [Theory]
    [InlineData("pattern dev/%u/#", "a/b", "c", "dev/a/b/x")]
    [InlineData("pattern %c/#", "u", "$SYS", "$SYS/x")]
    public void As_in_mosquitto_they_may_reach_further_where_that_is_asked_for(
        string list, string user, string client, string topic) =>
        Assert.True(Of(list, user, client, AclNames.Any).MayRead(topic));

    [Fact]
    public void Deny_holds_for_names_with_a_slash_too() =>
        Assert.False(Of("topic read #\nuser a/b\ntopic deny x\npattern deny dev/%u", "a/b").MayRead("dev/a/b"));

    [Fact]
    public void A_wildcard_in_a_name_takes_the_patterns_away_and_leaves_the_own_lines()
    {
        ClientAccess access = Of("user u\ntopic read own\npattern read dev\n", "u", "a#");

        Assert.Equal("yes OwnLine 2", Decided(access, "own", AclAccess.Read));
        Assert.Equal("no WildcardInName 0", Decided(access, "dev", AclAccess.Read));
    }

    [Fact]
    public void Random_lists_decide_as_a_walk_over_all_lines_does()
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        string[] filters = ["a", "b", "a/b", "a/+", "+/b", "#", "a/#", "+", "$x/#", "$x/a"];
        string[] topics = ["a", "b", "a/b", "a/c", "c/b", "$x/a", "$x"];
        string[] access = ["read", "write", "readwrite", "deny"];
        for (int round = 0; round < 500; round++)
        {
            string[] lines =
                [.. Enumerable.Range(0, random.Next(1, 7)).Select(_ => $"{Any(random, access)} {Any(random, filters)}")];
            ClientAccess client = Of(string.Concat(lines.Select(line => $"topic {line}\n")), null);
            string topic = Any(random, topics);
            string wanted = random.Next(2) == 0 ? "read" : "write";
            string[] hits =
                [.. lines.Select(line => line.Split(' ')).Where(it => TopicFilter.Matches(it[1], topic)).Select(it => it[0])];
            bool expected = !hits.Contains("deny") && hits.Any(hit => hit == wanted || hit == "readwrite");

            bool decided = wanted == "read" ? client.MayRead(topic) : client.MayWrite(topic);

            Assert.True(expected == decided, $"seed {seed}: {wanted} {topic}: {string.Join(", ", lines)}");
        }
    }

    [Fact]
    public void Asking_allocates_nothing()
    {
        ClientAccess access = Of("user u\ntopic read a/b\ntopic write c/+\npattern read dev/%c/#\n", "u");
        access.MayRead("x/y/z");
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 1000; i++) _ = access.MayRead("x/y/z") | access.MayWrite("a/b") | access.MayRead("dev/c/1");

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Listeners_have_their_own_lists_and_who_came_by_an_unknown_one_is_judged_by_all()
    {
        using var folder = new TemporaryFolder();
        ImmutableArray<ListenerOptions> listeners =
        [
            Listener(1, folder.Write("one", "topic read a\ntopic write c\n")),
            Listener(2, folder.Write("two", "topic readwrite b\ntopic write c\n")),
        ];
        AccessControl control = AccessControl.Load(new BrokerOptions { Listeners = listeners }).AccessControl!;

        Assert.True(control.For(listeners[0], null, "c")!.MayRead("a"));
        Assert.False(control.For(listeners[0], null, "c")!.MayRead("b"));
        Assert.True(control.For(listeners[1], "", "c")!.MayRead("b"));
        ClientAccess unknown = control.For(null, null, "c")!;
        Assert.Equal([true, true, false], ((string[])["a", "b", "d"]).Select(unknown.MayRead));
        Assert.Equal([false, false, true], ((string[])["a", "b", "c"]).Select(unknown.MayWrite));
    }

    [Fact]
    public void Beside_a_listener_without_a_list_an_unknown_one_may_have_read_everything()
    {
        using var folder = new TemporaryFolder();
        ImmutableArray<ListenerOptions> listeners = [Listener(1, folder.Write("one", "topic read a\n")), Listener(2, null)];
        AccessControl control = AccessControl.Load(new BrokerOptions { Listeners = listeners }).AccessControl!;

        Assert.Null(control.For(listeners[1], null, "c"));
        Assert.True(control.For(null, null, "c")!.MayRead("z"));
        Assert.False(control.For(null, null, "c")!.MayWrite("z"));
    }

    private static ListenerOptions Listener(int port, string? list) =>
        new() { Port = port, Security = new ListenerSecurityOptions { AclFile = list } };

    private static string Any(Random random, string[] choices) => choices[random.Next(choices.Length)];
}
