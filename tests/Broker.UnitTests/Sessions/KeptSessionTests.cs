using Broker.Configuration;
using Broker.Persistence.Changes;
using Broker.Protocol;
using Broker.Sessions;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Sessions;

/// <summary>A session of which nothing is in the store, and one of which the queue is not.</summary>
public sealed class KeptSessionTests
{
    private const QualityOfService Q1 = QualityOfService.AtLeastOnce;
    private const QualityOfService Q2 = QualityOfService.ExactlyOnce;

    [Fact]
    public void A_session_that_is_not_kept_writes_nothing_and_waits_for_nothing()
    {
        using SessionBench bench = new(kept: KeptKinds.Retained);
        bench.Subscribe("#");
        Assert.Equal(ReceiveOutcome.New, bench.Session.ReceiveQos2(bench.Connection, 1, 10, 0, out long ticket));
        Assert.Equal(0, ticket);
        Assert.Equal(0, bench.Offer("a", Q2).Ticket);
        bench.Detach();
        Assert.Equal(0, bench.Offer("b", Q2).Ticket);
        Assert.Equal(0, bench.Attach());

        Assert.Equal(["q2 m1 a", "q2 m2 b"], bench.Written());
        Assert.Empty(bench.Store.Changes);
    }

    [Fact]
    public void A_session_without_its_queue_reserves_packet_ids_and_stores_no_delivery()
    {
        using SessionBench bench = new(kept: KeptKinds.Sessions);
        bench.Subscribe("#");
        Assert.Equal(0, bench.Offer("a", Q1).Ticket);
        bench.Offer("b", Q2);
        Assert.Equal(["q1 m1 a"], bench.Written());

        bench.Store.Commit();

        Assert.Equal(["q2 m2 b"], bench.Written());
        bench.Session.OnPubAck(bench.Connection, 1);
        bench.Session.OnPubRec(bench.Connection, 2, ReasonCode.Success);
        Assert.Equal(["PubRel 2"], bench.Written());
        bench.Session.OnPubComp(bench.Connection, 2);
        Assert.Equal(
            [typeof(SessionRestored), typeof(WillRemoved), typeof(SubscriptionPut)],
            bench.Store.Changes.Select(change => change.GetType()));
        Assert.Equal(16_384, bench.Store.Changes.OfType<SessionRestored>().Single().LastSequence);
    }

    [Fact]
    public void Packet_ids_are_reserved_before_they_run_out()
    {
        using SessionBench bench = new(new LimitOptions { QueuedMessagesMax = 0 }, kept: KeptKinds.Sessions);
        bench.Store.Commit();
        for (int i = 1; i <= 20_000; i++)
        {
            bench.Offer("x", Q2);
            Assert.True(i <= bench.Store.Changes.OfType<SessionRestored>().Last().LastSequence - 8192);
        }
        Assert.Equal(
            [16_384, 24_577, 32_770], bench.Store.Changes.OfType<SessionRestored>().Select(change => change.LastSequence));
    }

    [Fact]
    public void What_a_session_without_its_queue_leaves_to_its_shared_group_is_in_memory()
    {
        using SessionBench bench = new(kept: KeptKinds.Sessions);
        Subscription shared = new()
        {
            Session = bench.Session, Key = "$share/g/t", Filter = "t", ShareName = "g", Qos = Q1,
        };
        bench.Session.Put(shared, 1, out _);
        bench.Session.Offer(TestMessages.Of("t", Q1, "a"), shared);
        bench.Session.TakeOver(out _);

        bench.Session.End(out long ticket, out SharedLegacy? legacy);

        Assert.Equal((1, null), (legacy!.Entries.Count, legacy.Stored));
        Assert.IsType<SessionRemoved>(bench.Store.Changes[(int)ticket - 1]);
    }

    [Fact]
    public void What_a_user_is_kept_is_decided_when_the_session_is_made()
    {
        KeptState kept = new() { Kinds = KeptKinds.None, Users = [new KeptUser("a", KeptKinds.All)] };
        using SessionBench bench = new(keptState: kept);
        Assert.Empty(bench.Store.Changes);

        bench.Session.Attach(new FakeConnection(), new AttachOptions("a", Session.NeverExpires, 20, null));

        Assert.Empty(bench.Store.Changes);
        new Session("d", bench.Context).Attach(new FakeConnection(), new AttachOptions("a", Session.NeverExpires, 20, null));
        Assert.Equal("d", Assert.IsType<SessionPut>(bench.Store.Changes[0]).ClientId);
    }
}
