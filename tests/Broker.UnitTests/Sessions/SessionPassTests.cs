using Broker.Configuration;
using Broker.Protocol;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Sessions;

/// <summary>What may be written past the queues, and what not.</summary>
public sealed class SessionPassTests
{
    private const QualityOfService Q0 = QualityOfService.AtMostOnce;
    private const QualityOfService Q1 = QualityOfService.AtLeastOnce;
    private const QualityOfService Q2 = QualityOfService.ExactlyOnce;

    [Fact]
    public void Qos_0_passes_and_leaves_nothing_behind()
    {
        using SessionBench bench = Clean();

        Assert.Equal(3, bench.Pass("abc", Q0));

        Assert.Equal(["q0 a", "q0 b", "q0 c"], bench.Connection.Passed);
        Assert.Equal(0, bench.Session.QueuedCount);
    }

    [Fact]
    public void Qos_1_passes_as_far_as_the_window_goes_and_is_acknowledged()
    {
        using SessionBench bench = Clean(inflightMax: 2);

        Assert.Equal(2, bench.Pass("abc", Q1));

        Assert.Equal(["q1 m1 a", "q1 m2 b"], bench.Connection.Passed);
        Assert.Equal(0, bench.Pass("d", Q1));
        bench.Session.OnPubAcks(bench.Connection, [1, 2]);
        Assert.Equal(0, bench.Session.QueuedCount);
        Assert.Equal(1, bench.Pass("e", Q1));
    }

    [Fact]
    public void Qos_1_does_not_pass_what_waits()
    {
        using SessionBench bench = Clean(inflightMax: 1);
        bench.Offer("a", Q1);
        bench.Offer("b", Q1);

        Assert.Equal(0, bench.Pass("c", Q1));

        Assert.Equal(["q1 m1 a"], bench.Written());
        bench.Session.OnPubAcks(bench.Connection, [1]);
        Assert.Equal(0, bench.Pass("c", Q1));
    }

    // Kept until this connection, which ends it: what is not acknowledged is still owed to it.
    [Fact]
    public void Qos_1_does_not_pass_what_is_to_be_sent_again()
    {
        using SessionBench bench = new(isDurable: false);
        foreach (string payload in (string[])["a", "b", "c"]) bench.Offer(payload, Q1);
        bench.Drain();
        bench.Detach();
        bench.Attach(receiveMaximum: 1, expirySeconds: 0);
        bench.Connection.MayBeHeld = true;
        Assert.Equal(["q1 m1 dup a"], bench.Written());
        bench.Session.OnPubAcks(bench.Connection, [1]);

        Assert.Equal(0, bench.Pass("d", Q1));

        Assert.Equal(["q1 m2 dup b"], bench.Written());
    }

    [Fact]
    public void What_the_session_keeps_does_not_pass()
    {
        using SessionBench bench = new(isDurable: false);
        bench.Connection.MayBeHeld = true;

        Assert.Equal(0, bench.Pass("a", Q1));
        Assert.Equal(1, bench.Pass("a", Q0));
    }

    [Fact]
    public void Qos_0_that_the_store_keeps_goes_in_line()
    {
        using SessionBench bench = new(new LimitOptions { QueueQos0Messages = true });
        bench.Connection.MayBeHeld = true;

        Assert.Equal(0, bench.Pass("a", Q0));
    }

    [Fact]
    public void Qos_2_never_passes()
    {
        using SessionBench bench = Clean();

        Assert.Equal(0, bench.Pass("a", Q2));
    }

    private static SessionBench Clean(int inflightMax = 20)
    {
        SessionBench bench = new(new LimitOptions { InflightMessagesMax = inflightMax }, isDurable: false, expirySeconds: 0);
        bench.Connection.MayBeHeld = true;
        return bench;
    }
}
