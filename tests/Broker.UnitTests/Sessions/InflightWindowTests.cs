using Broker.Protocol;
using Broker.Sessions;
using Broker.UnitTests.Engine;

namespace Broker.UnitTests.Sessions;

public sealed class InflightWindowTests
{
    [Fact]
    public void A_gap_left_by_an_expired_message_does_not_shift_the_packet_ids()
    {
        InflightWindow window = new();
        window.Add(Entry(1));
        window.Add(Entry(5));

        Assert.False(window.TryFind(3, out _));
        Assert.True(window.TryFind(5, out SentDelivery sent));
        Assert.Equal((5, DeliveryState.Sent), (sent.Sequence, sent.State));
        window.Complete(5);
        window.Complete(1);

        Assert.Equal((0, 0, 0), (window.Outstanding, window.Incomplete, window.OutstandingBytes));
        window.Add(Entry(90_000));
        Assert.True(window.TryFind(PacketIds.Of(90_000), out _));
    }

    [Fact]
    public void Ids_go_on_from_65535_to_1_while_earlier_ones_are_open()
    {
        InflightWindow window = new();
        for (long sequence = 65_533; sequence <= 65_538; sequence++) window.Add(Entry(sequence));

        Assert.True(window.TryFind(65_535, out SentDelivery last));
        Assert.True(window.TryFind(1, out SentDelivery first));
        Assert.False(window.TryFind(4, out _));
        Assert.False(window.TryFind(0, out _));

        Assert.Equal((65_535, 65_536), (last.Sequence, first.Sequence));
    }

    [Fact]
    public void No_delivery_is_taken_that_would_share_its_packet_id_with_an_open_one()
    {
        InflightWindow window = new();
        for (int i = 1; i < 65_534; i++) window.Add(Entry(i));

        Assert.True(window.CanAdd(65_534));
        Assert.False(window.CanAdd(65_535));
        window.Complete(1);
        Assert.True(window.CanAdd(65_535));
    }

    // Each number of a gap is a slot: a client that leaves its first one open must not make them many.
    [Fact]
    public void A_large_gap_waits_until_nothing_is_open_before_it()
    {
        InflightWindow window = new();
        window.Add(Entry(1));

        Assert.True(window.CanAdd(1_000));
        Assert.False(window.CanAdd(2_000));
        window.Complete(1);
        Assert.True(window.CanAdd(2_000));
    }

    [Fact]
    public void What_was_not_sent_on_this_connection_cannot_be_acknowledged_on_it()
    {
        InflightWindow window = new();
        window.Add(Entry(1));
        window.Add(Entry(2));
        window.Rewind();

        Assert.False(window.TryFind(1, out _));
        Assert.True(window.TryTakeResend(out _, out _));
        Assert.True(window.TryFind(1, out _));
        Assert.False(window.TryFind(2, out _));
        Assert.Equal((1, 2), (window.Outstanding, window.Incomplete));
    }

    [Fact]
    public void A_gap_that_the_resends_have_not_passed_goes_with_the_delivery_before_it()
    {
        InflightWindow window = new();
        window.Add(Entry(1));
        window.Add(Entry(4));
        window.Rewind();
        Assert.True(window.TryTakeResend(out _, out _));

        window.Complete(1);

        Assert.False(window.TryFind(4, out _));
        Assert.True(window.TryTakeResend(out OutboxEntry next, out _));
        Assert.Equal(4, next.Sequence);
        Assert.True(window.TryFind(4, out _));
    }

    [Fact]
    public void What_was_passed_is_acknowledged_like_the_others_and_counts_like_them()
    {
        InflightWindow window = new();
        window.AddPassed(1, payloadBytes: 10, 0);
        window.Add(Entry(2));
        window.AddPassed(3, payloadBytes: 30, 0);

        Assert.Equal((3, 3, 42), (window.Outstanding, window.Incomplete, window.OutstandingBytes));
        Assert.True(window.TryFind(3, out SentDelivery sent));
        Assert.Equal(new SentDelivery(3, QualityOfService.AtLeastOnce, DeliveryState.Sent), sent);
        window.Complete(3);
        window.Complete(1);

        Assert.Equal((1, 1, 2), (window.Outstanding, window.Incomplete, window.OutstandingBytes));
    }

    [Fact]
    public void It_agrees_with_a_plain_list_over_reconnects_gaps_and_the_wrap()
    {
        int seed = Random.Shared.Next();
        for (int run = 0; run < 20; run++) new Run(seed + run).Go();
    }

    private static OutboxEntry Entry(long sequence, QualityOfService qos = QualityOfService.AtLeastOnce) =>
        new(TestMessages.Of("t", qos, new string('x', (int)(sequence % 7))), [], qos, false, sequence);

    /// <summary>Drives a window and a list of deliveries with the same random steps.</summary>
    private sealed class Run(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly InflightWindow _window = new();
        private readonly List<Delivery> _model = [];
        private long _sequence = 65_300;

        public void Go()
        {
            for (int step = 0; step < 4000; step++)
            {
                string where = $"seed {seed}, step {step}";
                Exception? broken = Record.Exception(Step);
                Assert.True(broken is null, $"{where}: {broken}");
                Compare(where);
            }
        }

        private void Step()
        {
            switch (_random.Next(10))
            {
                case 0 or 1 or 2 or 3 when !_window.HasResend && _model.Count < 50:
                    _sequence += 1 + (_random.Next(4) == 0 ? _random.Next(6) : 0);
                    QualityOfService qos = _random.Next(2) == 0 ? QualityOfService.AtLeastOnce : QualityOfService.ExactlyOnce;
                    _window.Add(Entry(_sequence, qos));
                    _model.Add(new Delivery(_sequence) { IsSent = true });
                    break;
                case 4 when _random.Next(20) == 0:
                    _window.Rewind();
                    _model.ForEach(static delivery => delivery.IsSent = false);
                    break;
                case 5 or 6:
                    Resend();
                    break;
                default:
                    Acknowledge();
                    break;
            }
        }

        private void Resend()
        {
            Delivery? next = _model.Find(static delivery => !delivery.IsSent);
            Assert.Equal(next?.State == DeliveryState.Released, _window.IsNextResendReleased());
            bool isTaken = _window.TryTakeResend(out OutboxEntry entry, out DeliveryState state);
            Assert.Equal(next is not null, isTaken);
            if (next is null) return;
            Assert.Equal((next.Sequence, next.State), (entry.Sequence, state));
            next.IsSent = true;
        }

        private void Acknowledge()
        {
            Delivery[] sent = [.. _model.Where(static delivery => delivery.IsSent)];
            if (sent.Length == 0) return;
            Delivery one = sent[_random.Next(sent.Length)];
            Assert.True(_window.TryFind(PacketIds.Of(one.Sequence), out SentDelivery found));
            Assert.Equal((one.Sequence, one.State), (found.Sequence, found.State));
            if (found.Qos == QualityOfService.ExactlyOnce && found.State == DeliveryState.Sent)
            {
                _window.Release(one.Sequence);
                one.State = DeliveryState.Released;
                return;
            }
            _window.Complete(one.Sequence);
            _model.Remove(one);
        }

        private void Compare(string where)
        {
            Delivery[] sent = [.. _model.Where(static delivery => delivery.IsSent)];
            Assert.True(_model.Count == _window.Incomplete, where);
            Assert.True(sent.Length == _window.Outstanding, where);
            Assert.True(sent.Sum(static delivery => delivery.Sequence % 7) == _window.OutstandingBytes, where);
            ushort unused = PacketIds.Of(_sequence + 1);
            Assert.False(_window.TryFind(unused, out _), where);
        }

        private sealed class Delivery(long sequence)
        {
            public long Sequence { get; } = sequence;

            public DeliveryState State { get; set; } = DeliveryState.Sent;

            public bool IsSent { get; set; }
        }
    }
}
