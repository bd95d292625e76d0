using System.Text;
using Broker.Persistence;
using Broker.Persistence.Changes;
using Broker.Persistence.Inspection;
using Broker.Persistence.Transfer;
using Xunit;

namespace Broker.TestKit.Stores;

/// <summary>
/// What was exported and imported is the same; what cannot be imported leaves nothing. Each database has a class that inherits
/// it.
/// </summary>
public abstract class TransferTests
{
    private const string DeliveredMessages = "SELECT count(DISTINCT message_id) FROM delivery";
    private const string Header = """{"type":"header","format":"broker-state","version":1}""";
    private const string Session = """{"type":"session","client_id":"a","expiry_seconds":60,"last_sequence":9}""";
    private const string Message = """{"type":"message","id":1,"topic":"t","payload":"p","qos":1}""";
    private const string Delivery = """{"type":"delivery","message":1,"client_id":"a","sequence":9,"qos":1}""";

    // Properties of random changes are any bytes.
    private static readonly TopicRules AnyBytes = new(
        topic => topic.Length > 0 && !topic.Contains('#', StringComparison.Ordinal), filter => filter != "a#", _ => true);

    /// <summary>An empty place for a store.</summary>
    protected abstract IStoreUnderTest NewPlace();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Any_state_is_the_same_after_export_and_import(int seed)
    {
        using IStoreUnderTest from = NewPlace();
        using IStoreUnderTest to = NewPlace();
        RandomChanges changes = new(seed);
        using (DurableStateStore store = from.Open())
        {
            for (int i = 0; i < 1000; i++) store.Append(changes.Next());
        }
        byte[] export = await ExportAsync(from);
        await ImportAsync(to, export);
        using DurableStateStore imported = to.Open();
        Assert.Equal(changes.Model.ToString(), await StateModel.TextOfAsync(imported));
        Assert.Equal(await SequencesAsync(from), await SequencesAsync(to));
        Assert.Equal(from.Number(DeliveredMessages), to.Number("SELECT count(*) FROM message"));
        Assert.Equal(Facts(export), Facts(await ExportAsync(to)));
    }

    [Fact]
    public async Task A_session_goes_on_behind_the_last_sequence_number_although_its_deliveries_are_gone()
    {
        using IStoreUnderTest from = NewPlace();
        using IStoreUnderTest to = NewPlace();
        using (DurableStateStore store = from.Open())
        {
            store.Append(new SessionPut("a", null, 60));
            await store.CommittedAsync(store.Append(new DeliveryQueued("a", 70_000, Text("m"), 1, false, [])));
            await store.CommittedAsync(store.Append(new DeliveryRemoved("a", 70_000)));
            store.Append(new SessionAway("a", 5, long.MaxValue, 69_999));
        }
        await ImportAsync(to, await ExportAsync(from));
        Assert.Equal(70_000, to.Number("SELECT last_sequence FROM session"));
        Assert.Equal(69_999, to.Number("SELECT sent_sequence FROM session"));
    }

    [Fact]
    public async Task A_store_that_is_written_is_exported_as_it_is_at_one_moment()
    {
        using IStoreUnderTest from = NewPlace();
        using DurableStateStore store = from.Open();
        await store.CommittedAsync(store.Append(new RetainedPut(Text("before"))));
        using StoreInspection inspection = Inspect(from);
        await store.CommittedAsync(store.Append(new RetainedPut(Text("after"))));
        using MemoryStream output = new();
        TransferCounts counts = await StoreExport.WriteAsync(inspection, output, TimeProvider.System);
        Assert.Equal(1, counts.Retained);
    }

    [Fact]
    public async Task A_store_that_is_not_empty_is_left_as_it_is()
    {
        using IStoreUnderTest place = NewPlace();
        using (DurableStateStore store = place.Open()) store.Append(new RetainedPut(Text("theirs")));
        byte[] export = await ExportAsync(place);
        TransferException refused = await Assert.ThrowsAsync<TransferException>(() => ImportAsync(place, export));
        Assert.Contains("not empty", refused.Message, StringComparison.Ordinal);
        using DurableStateStore again = place.Open();
        Assert.Equal(1, place.Number("SELECT count(*) FROM retained"));
    }

    [Theory]
    [InlineData("line 1: this is no export", "{\"type\":\"session\"}")]
    [InlineData("line 1: the export is of a newer release", "{\"type\":\"header\",\"format\":\"broker-state\",\"version\":2}")]
    [InlineData("no line of type \"end\"", Header, Session)]
    [InlineData("line 3: it is no JSON", Header, Session, "{\"type\":")]
    [InlineData("line 3: it is no JSON object", Header, Session, "[]")]
    [InlineData("line 3: session \"a\" is there twice", Header, Session, Session)]
    [InlineData("line 2: the session of \"a\" has to stand above", Header, "{\"type\":\"receipt\",\"client_id\":\"a\"}")]
    [InlineData("line 3: \"packet_id\" has to be", Header, Session, "{\"type\":\"receipt\",\"client_id\":\"a\",\"packet_id\":0}")]
    [InlineData("line 3: the message that it delivers", Header, Session, Delivery)]
    [InlineData("line 5: \"a\" has sequence number 9 already", Header, Session, Message, Delivery, Delivery)]
    [InlineData("line 3: nobody gets this message", Header, Session, Message, Message)]
    [InlineData("line 4: sequence number 10 is above", Header, Session, Message,
        "{\"type\":\"delivery\",\"message\":1,\"client_id\":\"a\",\"sequence\":10,\"qos\":1}")]
    [InlineData("line 2: \"qos\" has to be", Header, "{\"type\":\"retained\",\"topic\":\"t\",\"payload\":\"p\",\"qos\":3}")]
    [InlineData("line 2: \"#\" is no topic name", Header, "{\"type\":\"retained\",\"topic\":\"#\",\"payload\":\"p\",\"qos\":1}")]
    [InlineData("line 2: \"payload_base64\" is not base64", Header,
        "{\"type\":\"retained\",\"topic\":\"t\",\"payload_base64\":\"?\",\"qos\":1}")]
    [InlineData("line 2: it needs either", Header, "{\"type\":\"retained\",\"topic\":\"t\",\"qos\":1}")]
    [InlineData("line 2: \"payload\" is not valid Unicode", Header,
        "{\"type\":\"retained\",\"topic\":\"t\",\"payload\":\"\\ud800\",\"qos\":1}")]
    [InlineData("line 3: \"a#\" is no topic filter", Header, Session,
        "{\"type\":\"subscription\",\"client_id\":\"a\",\"filter\":\"a#\",\"options\":1}")]
    [InlineData("line 3: 3 is no options byte", Header, Session,
        "{\"type\":\"subscription\",\"client_id\":\"a\",\"filter\":\"b\",\"options\":3}")]
    [InlineData("line 2: \"colour\" is not a field", Header,
        "{\"type\":\"session\",\"client_id\":\"a\",\"expiry_seconds\":1,\"last_sequence\":0,\"colour\":1}")]
    [InlineData("line 2: nobody can be banned as colour \"red\"", Header,
        "{\"type\":\"ban\",\"kind\":\"colour\",\"who\":\"red\",\"made_by\":\"a\",\"made_at\":1}")]
    [InlineData("line 3: clientid \"a\" is banned already", Header,
        "{\"type\":\"ban\",\"kind\":\"clientid\",\"who\":\"a\",\"made_by\":\"a\",\"made_at\":1}",
        "{\"type\":\"ban\",\"kind\":\"clientid\",\"who\":\"a\",\"made_by\":\"a\",\"made_at\":1}")]
    [InlineData("line 3: it counts 2 sessions", Header, Session,
        "{\"type\":\"end\",\"sessions\":2,\"subscriptions\":0,\"wills\":0,"
        + "\"receipts\":0,\"messages\":0,\"deliveries\":0,\"retained\":0}")]
    public async Task A_bad_line_is_named_and_nothing_of_the_file_is_there(string expected, params string[] lines)
    {
        using IStoreUnderTest place = NewPlace();
        byte[] text = Encoding.UTF8.GetBytes(string.Join('\n', lines));
        TransferException bad = await Assert.ThrowsAsync<TransferException>(() => ImportAsync(place, text));
        Assert.Contains(expected, bad.Message, StringComparison.Ordinal);
        using DurableStateStore store = place.Open();
        Assert.Equal(0, place.Number(
            "SELECT (SELECT count(*) FROM session) + (SELECT count(*) FROM retained) + (SELECT count(*) FROM ban)"));
    }

    [Fact]
    public async Task Half_of_an_import_is_opened_by_no_broker_and_the_next_import_begins_anew()
    {
        using IStoreUnderTest from = NewPlace();
        using IStoreUnderTest to = NewPlace();
        using (DurableStateStore store = from.Open()) store.Append(new RetainedPut(Text("whole")));
        byte[] export = await ExportAsync(from);
        // What a crash in the middle leaves.
        using (DurableStateStore store = to.Open()) store.Append(new RetainedPut(Text("half")));
        to.Execute("UPDATE store_state SET import_started_at = 1");

        StoreOpening refused = StateStores.Open(new StoreOptions { Location = to.Location });
        Assert.Equal(StoreTroubleKind.HalfImported, refused.Trouble?.Kind);
        using (StoreInspection inspection = Inspect(to)) Assert.True(inspection.ReadStatus().IsHalfImported);
        await ImportAsync(to, export);
        using DurableStateStore again = to.Open();
        Assert.Equal(1, to.Number("SELECT count(*) FROM retained WHERE topic = 'whole'"));
        Assert.Equal(1, to.Number("SELECT count(*) FROM retained"));
    }

    [Fact]
    public async Task A_payload_is_text_where_it_is_text_and_base64_where_not()
    {
        using IStoreUnderTest from = NewPlace();
        using (DurableStateStore store = from.Open())
        {
            store.Append(new RetainedPut(new("a", "wörter\0\n"u8.ToArray(), default, 0, true, long.MaxValue)));
            store.Append(new RetainedPut(new("b", SampleState.Binary, default, 0, true, long.MaxValue)));
        }
        string export = Encoding.UTF8.GetString(await ExportAsync(from));
        Assert.Contains("\"payload\":\"wörter\\u0000\\n\"", export, StringComparison.Ordinal);
        Assert.Contains("\"payload_base64\":\"AP/DKIA=\"", export, StringComparison.Ordinal);
    }

    private static StoredMessage Text(string text) =>
        new(text, Encoding.UTF8.GetBytes(text), default, 1, false, long.MaxValue);

    private static StoreInspection Inspect(IStoreUnderTest place)
    {
        StoreInspection? inspection = StoreInspection.Open(place.Location, out StoreTrouble? trouble);
        Assert.True(inspection is not null, trouble?.Sentence);
        return inspection;
    }

    private static async Task<byte[]> ExportAsync(IStoreUnderTest place)
    {
        using StoreInspection inspection = Inspect(place);
        using MemoryStream output = new();
        await StoreExport.WriteAsync(inspection, output, TimeProvider.System);
        return output.ToArray();
    }

    private static async Task ImportAsync(IStoreUnderTest place, byte[] export)
    {
        using MemoryStream input = new(export);
        await StoreImport.RunAsync(place.Location, input, AnyBytes);
    }

    private static async Task<string> SequencesAsync(IStoreUnderTest place)
    {
        using StoreInspection inspection = Inspect(place);
        List<string> sessions = [];
        await foreach (Broker.Persistence.Loading.StoredSession session in inspection.ReadState().ReadSessionsAsync())
            sessions.Add(session.ToString());
        return string.Join('\n', sessions.Order(StringComparer.Ordinal));
    }

    /// <summary>The lines in an order of their own, without what a store numbers for itself.</summary>
    private static string[] Facts(byte[] export) =>
    [
        .. Encoding.UTF8.GetString(export).Split('\n')
            .Where(line => !line.StartsWith("{\"type\":\"header\"", StringComparison.Ordinal))
            .Select(line => System.Text.RegularExpressions.Regex.Replace(line, "\"(id|message)\":\\d+,", ""))
            .Order(StringComparer.Ordinal),
    ];
}
