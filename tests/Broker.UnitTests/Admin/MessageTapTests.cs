using Broker.Admin;
using Broker.Messages;
using Broker.Sessions;
using Broker.TestKit;

namespace Broker.UnitTests.Admin;

/// <summary>An administrator who reads messages along, and does not keep up.</summary>
public sealed class MessageTapTests
{
    private const int Count = 60;
    private const int PayloadBytes = 100_000;

    [Fact]
    public async Task Who_does_not_read_has_messages_wait_where_limits_hold_and_gets_them_all_in_order()
    {
        await using TestBroker broker = new();
        await using TestClient publisher = await broker.ConnectAsync("p");
        MessageTap tap = MessageTap.Open(broker.Engine, "a/#", "admin", wantsRetained: false)!;
        Session session = Assert.Single(broker.Engine.Sessions.Registry.Sessions, static one => one.ClientId[0] == '\u0001');

        for (int i = 0; i < Count; i++) await publisher.PublishAsync(new($"a/{i}", new string('x', PayloadBytes)));
        await publisher.PingFenceAsync();

        // What is out of the queue counts for none of its limits.
        long taken = (Count * (long)PayloadBytes) - session.Depths.WaitingBytes;
        Assert.InRange(taken, PayloadBytes, MessageTap.TakenBytesMax + (2 * PayloadBytes));
        List<string> read = [];
        do
        {
            while (tap.TryRead(out Message? message)) read.Add(message.Topic.Name);
            tap.Drain();
        }
        while (read.Count < Count && await tap.WaitToReadAsync(CancellationToken.None).WaitAsync(TestTime.Patience));
        Assert.Equal(Enumerable.Range(0, Count).Select(static i => $"a/{i}"), read);
        tap.Close();
    }
}
