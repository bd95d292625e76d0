using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.Persistence.Inspection;
using Broker.Persistence.Transfer;
using Xunit;

namespace Broker.TestKit.Stores;

/// <summary>A store that is right has no finding, and each thing that can be wrong is one.</summary>
public abstract class VerificationTests
{
    private static readonly TopicRules Rules = new(
        topic => topic.Length > 0 && !topic.Contains('#', StringComparison.Ordinal), filter => filter != "a#",
        properties => properties.Length != 1);

    /// <summary>An empty place for a store.</summary>
    protected abstract IStoreUnderTest NewPlace();

    [Fact]
    public async Task A_sample_of_everything_has_no_finding()
    {
        using IStoreUnderTest place = NewSample();
        Assert.Empty(await FindAsync(place));
    }

    [Theory]
    [InlineData("DELETE FROM session WHERE client_id = 'panel'",
        "delivery without its session", "will without", "receipt without", "subscription without")]
    [InlineData("DELETE FROM message WHERE topic = 'jobs'", "delivery without its message")]
    [InlineData("UPDATE delivery SET sequence = 0 WHERE sequence = 3", "sequence number below 1")]
    [InlineData("UPDATE session SET last_sequence = -1 WHERE client_id = 'panel'", "sequence number below 0")]
    [InlineData("UPDATE session SET sent_sequence = 70000 WHERE client_id = 'archive'", "has sent more than it has had")]
    [InlineData("UPDATE delivery SET is_released = NOT is_released, sequence = 1 WHERE sequence = 65536",
        "more in flight than there are packet ids")]
    [InlineData("UPDATE session SET away_at = NULL WHERE client_id = 'reader'", "half away")]
    [InlineData("UPDATE session SET expiry_seconds = -1 WHERE client_id = 'reader'", "no 32-bit number")]
    [InlineData("UPDATE delivery SET qos = 3 WHERE sequence = 3", "QoS that is not 0 to 2")]
    [InlineData("UPDATE delivery SET qos = 1 WHERE sequence = 65536", "released delivery that is not QoS 2")]
    [InlineData("UPDATE message SET qos = 3 WHERE topic = 'jobs'", "message with a QoS")]
    [InlineData("UPDATE retained SET qos = 3 WHERE topic = 'plant/map'", "retained message with a QoS")]
    [InlineData("UPDATE will SET qos = 3", "will with a QoS")]
    [InlineData("UPDATE will SET delay_seconds = -1", "will with seconds")]
    [InlineData("UPDATE subscription SET options = 3 WHERE filter = '#'", "options that there are not")]
    [InlineData("UPDATE subscription SET subscription_id = 268435456 WHERE filter = '#'", "subscription identifier out")]
    [InlineData("UPDATE receipt SET packet_id = 65536 WHERE packet_id = 65535", "no packet id")]
    [InlineData("UPDATE ban SET kind = 'colour' WHERE kind = 'clientid'", "nobody can be banned as colour")]
    [InlineData("UPDATE ban SET made_at = -1 WHERE kind = 'clientid'", "ban with an instant before 1970")]
    [InlineData("UPDATE store_state SET ticket = -1", "row of store_state")]
    [InlineData("DELETE FROM store_state", "exactly one row")]
    [InlineData("UPDATE store_state SET import_started_at = 1", "half of an import")]
    [InlineData("UPDATE subscription SET filter = 'a#' WHERE filter = '#'", "no topic filter")]
    [InlineData("UPDATE message SET topic = '#' WHERE topic = 'jobs'", "no topic name")]
    [InlineData("UPDATE retained SET topic = '#' WHERE topic = 'plant/map'", "no topic name")]
    [InlineData("UPDATE will SET topic = ''", "no topic name")]
    [InlineData("UPDATE message SET properties = substr(payload, 1, 1) WHERE topic = 'jobs'", "properties that are none")]
    [InlineData("UPDATE delivery SET subscription_ids = '0' WHERE sequence = 65538", "subscription identifier")]
    public async Task What_is_wrong_is_found(string damage, params string[] expected)
    {
        using IStoreUnderTest place = NewSample();
        place.Execute(damage);
        List<string> found = await FindAsync(place);
        Assert.All(expected, words => Assert.Contains(found, finding => finding.Contains(words, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_status_counts_what_is_there()
    {
        using IStoreUnderTest place = NewSample();
        using DurableStateStore open = place.Open();
        await open.CommittedAsync(open.Append(new SessionPut("one more", null, 60)));
        using StoreInspection? inspection = StoreInspection.Open(place.Location, out _);
        StoreStatus status = inspection!.ReadStatus();
        Assert.True(status.IsOpen);
        Assert.Equal(status.NewestSchema, status.Schema);
        StoreCounts counts = status.Counts!;
        Assert.Equal((2, 2, 5, 1, 2), (
            counts.SessionsConnected, counts.SessionsAway, counts.Subscriptions, counts.Wills, counts.Receipts));
        Assert.Equal((6, 2, 4, 3), (counts.Queued, counts.InFlight, counts.Messages, counts.Retained));
        Assert.Equal(2, counts.Bans);
        Assert.Equal(open.DurableTicket, counts.Ticket);
        Assert.True(status.Sizes[0].Bytes > 0);
    }

    [Fact]
    public void A_store_that_nobody_has_open_is_said_to_be_so()
    {
        using IStoreUnderTest place = NewSample();
        using StoreInspection? inspection = StoreInspection.Open(place.Location, out _);
        Assert.False(inspection!.ReadStatus().IsOpen);
        // To look does not lock.
        place.Open().Dispose();
    }

    private IStoreUnderTest NewSample()
    {
        IStoreUnderTest place = NewPlace();
        using DurableStateStore store = place.Open();
        SampleState.WriteTo(store);
        return place;
    }

    private static async Task<List<string>> FindAsync(IStoreUnderTest place)
    {
        using StoreInspection? inspection = StoreInspection.Open(place.Location, out StoreTrouble? trouble);
        Assert.True(inspection is not null, trouble?.Sentence);
        List<string> found = [];
        await foreach (string finding in new StoreVerification(inspection, Rules).FindAsync()) found.Add(finding);
        return found;
    }
}
