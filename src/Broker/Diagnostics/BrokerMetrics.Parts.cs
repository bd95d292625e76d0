using System.Diagnostics.Metrics;
using Broker.Persistence;
using Broker.Persistence.Inspection;

namespace Broker.Diagnostics;

// The instruments of parts that not every broker has, or that have figures of their own.
internal sealed partial class BrokerMetrics
{
    private static readonly double[] RowCounts = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000];

    /// <summary>Which build this is and since when it runs, for who looks at several.</summary>
    /// <param name="version">Of the product.</param>
    /// <param name="startedAt">When.</param>
    public void Observe(string version, DateTimeOffset startedAt)
    {
        Meter.CreateObservableGauge(
            "broker.build.info",
            () => new Measurement<long>(1, new KeyValuePair<string, object?>("version", version)), null,
            "Always 1; the version of the broker is in the label.");
        Meter.CreateObservableGauge(
            "broker.start.time", () => startedAt.ToUnixTimeMilliseconds() / 1000.0, Seconds,
            "When the broker was started, seconds since 1970.");
    }

    /// <summary>The topics of <c>metrics_topic</c>. Once, before anybody is served.</summary>
    public void Observe(TopicCounts topics)
    {
        Topics = topics;
        Meter.CreateObservableCounter(
            "broker.topic.received", () => topics.MessagesReceived, Publications,
            "PUBLISH packets from clients to topics of a metrics_topic, by its filter.");
        Meter.CreateObservableCounter(
            "broker.topic.received.payload", () => topics.BytesReceived, Bytes, "Payload bytes of those.");
        Meter.CreateObservableCounter(
            "broker.topic.sent", () => topics.MessagesSent, Publications,
            "PUBLISH packets to clients of topics of a metrics_topic, by its filter.");
        Meter.CreateObservableCounter(
            "broker.topic.sent.payload", () => topics.BytesSent, Bytes, "Payload bytes of those.");
    }

    /// <summary>Whether the broker is ready, for a load balancer and an alert.</summary>
    public void Observe(Readiness readiness) => Meter.CreateObservableGauge(
        "broker.ready", () => readiness.IsReady ? 1L : 0L, null,
        "1: the listeners are open and the store takes commits.");

    /// <summary>Who waits to be let in.</summary>
    /// <param name="read">How many at each stage.</param>
    public void Observe(Func<IEnumerable<(AdmissionStage Stage, long Waiting)>> read) => Meter.CreateObservableUpDownCounter(
        "broker.connections.waiting",
        () => read().Select(static line => new Measurement<long>(
            line.Waiting, new KeyValuePair<string, object?>("stage", SnakeCase.Of(line.Stage.ToString())))),
        "{connection}", "Connections that wait to be let in, by what they wait for.");

    /// <summary>File descriptors of the process, as they were counted last.</summary>
    /// <param name="open">How many are open.</param>
    /// <param name="limit">How many there may be.</param>
    public void ObserveDescriptors(Func<long> open, Func<long> limit)
    {
        Meter.CreateObservableUpDownCounter(
            "broker.process.descriptors", open, "{descriptor}",
            "File descriptors that are open. Counted once a minute, and every second when few are left.");
        Meter.CreateObservableGauge(
            "broker.process.descriptors.limit", limit, "{descriptor}", "How many file descriptors the process may have.");
    }

    /// <summary>What sessions, trees and queues hold.</summary>
    /// <param name="read">Reads it: a walk over all sessions, shared by the instruments that are asked together.</param>
    public void Observe(SharedReading<EngineFigures> read)
    {
        Meter.CreateObservableUpDownCounter(
            "broker.sessions",
            (Func<IEnumerable<Measurement<long>>>)(() =>
            [
                new(read.Value.SessionsOnline, new KeyValuePair<string, object?>("state", "online")),
                new(read.Value.SessionsAway, new KeyValuePair<string, object?>("state", "away")),
            ]),
            "{session}", "Sessions, by whether a client is connected to them.");
        Meter.CreateObservableUpDownCounter(
            "broker.subscriptions",
            (Func<IEnumerable<Measurement<long>>>)(() =>
            [
                new(read.Value.Subscriptions, new KeyValuePair<string, object?>("kind", "ordinary")),
                new(read.Value.SharedSubscriptions, new KeyValuePair<string, object?>("kind", "shared")),
            ]),
            "{subscription}", "Subscriptions; each member of a shared one counts.");
        Figure("broker.queue.messages", read, static figures => figures.Waiting, "{message}",
            "Messages that wait for a session to take them, in memory or in the store; one for each session.");
        Figure("broker.queue.payload", read, static figures => figures.WaitingBytes, Bytes,
            "Payload bytes of the messages that wait, one copy for each session.");
        Figure("broker.queue.longest", read, static figures => figures.LongestQueue, "{message}",
            "Messages that wait in the session with the longest queue.");
        Figure("broker.inflight.messages", read, static figures => figures.InFlight, "{message}",
            "Messages with QoS 1 and 2 that were sent and are not acknowledged to the end.");
        Figure("broker.inflight.payload", read, static figures => figures.InFlightBytes, Bytes,
            "Payload bytes of messages that connected clients have not acknowledged.");
        Figure("broker.retained.messages", read, static figures => figures.Retained, "{message}",
            "Topics with a retained message, those below $SYS included.");
        Figure("broker.retained.payload", read, static figures => figures.RetainedBytes, Bytes,
            "Payload bytes of retained messages.");
    }

    /// <summary>What durability costs, what it was spared, and whether it is there.</summary>
    public void Observe(DurableStateStore store, TimeProvider time)
    {
        StoreCounters counters = store.Counters;
        Meter.CreateObservableCounter(
            "broker.store.commits", () => counters.Commits, unit: "{commit}", description: "Transactions committed.");
        Meter.CreateObservableCounter(
            "broker.store.rows.written", () => counters.RowsWritten, unit: "{row}",
            description: "Rows inserted, changed and deleted.");
        Meter.CreateObservableCounter(
            "broker.store.rows.elided", () => counters.RowsElided, unit: "{row}",
            description: "Rows that were replaced or removed before they were written.");
        Histogram<double> duration = Meter.CreateHistogram(
            "broker.store.commit.duration", Seconds, "How long transactions took.", advice: Buckets(ShortSeconds));
        Histogram<double> rows = Meter.CreateHistogram(
            "broker.store.commit.rows", "{row}", "Rows written by a transaction.", advice: Buckets(RowCounts));
        counters.Committing = (count, elapsed) =>
        {
            duration.Record(elapsed.TotalSeconds);
            rows.Record(count);
        };
        Meter.CreateObservableUpDownCounter(
            "broker.store.pending", () => store.PendingBytes, Bytes, "Changes in memory that wait for their commit, roughly.");
        Meter.CreateObservableGauge(
            "broker.store.up", () => store.Availability.IsAvailable ? 1L : 0L, null, "1: the store takes commits.");
        Meter.CreateObservableGauge(
            "broker.store.state.age", () => (time.GetUtcNow() - store.AvailableSince).TotalSeconds, Seconds,
            "For how long the store has taken commits, or for how long it has not.");
        BackgroundReading<IReadOnlyList<StoreSize>> sizes = new(store.ReadSizes, [], time);
        Meter.CreateObservableUpDownCounter(
            "broker.store.size",
            () => sizes.Value.Select(static size =>
                new Measurement<long>(size.Bytes, new KeyValuePair<string, object?>("part", size.Part.Replace(' ', '_')))),
            Bytes, "What the store takes on the disk, by part. Asked for once a minute at most.");
    }

    /// <summary>The handshakes of the TLS listeners, and how long their certificates are good.</summary>
    /// <param name="listeners">Of each.</param>
    /// <param name="time">The clock.</param>
    public void Observe(IReadOnlyList<TlsFigures> listeners, TimeProvider time)
    {
        if (listeners.Count == 0) return;
        Meter.CreateObservableCounter(
            "broker.tls.handshakes",
            () => listeners.SelectMany(static tls => tls.Counts.Handshakes.Observe(static _ => true)
                .Select(count => new Measurement<long>(
                    count.Value, [new KeyValuePair<string, object?>("listener", tls.Listener), .. count.Tags]))),
            "{handshake}", "TLS handshakes, by listener and outcome.");
        Meter.CreateObservableGauge(
            "broker.tls.certificate.remaining",
            () => listeners.SelectMany(tls => tls.Certificates().Select(certificate => new Measurement<double>(
                (certificate.NotAfter - time.GetUtcNow()).TotalSeconds,
                new KeyValuePair<string, object?>("listener", tls.Listener),
                new KeyValuePair<string, object?>("certfile", certificate.File)))),
            Seconds, "For how long a certificate of a listener is still good; divide by 86400 for days. Negative: expired.");
    }

    /// <summary>Who may not connect, and who tried.</summary>
    /// <param name="countOf">How many bans of a kind there are.</param>
    public void Observe(Func<BanKind, long> countOf)
    {
        KeyValuePair<BanKind, KeyValuePair<string, object?>>[] kinds =
        [
            .. Enum.GetValues<BanKind>().Select(static kind => KeyValuePair.Create(
                kind, new KeyValuePair<string, object?>("as", SnakeCase.Of(kind.ToString())))),
        ];
        Meter.CreateObservableUpDownCounter(
            "broker.bans", () => kinds.Select(kind => new Measurement<long>(countOf(kind.Key), kind.Value)), "{ban}",
            "Bans that hold, by what is banned.");
        Meter.CreateObservableCounter(
            "broker.bans.made", () => _bansMade.Observe(static _ => true), "{ban}",
            "Bans that were made since the start, by what made them.");
        Meter.CreateObservableCounter(
            "broker.bans.met", () => _bansMet.Observe(static _ => true), "{connection}",
            "Connections that were closed at once and CONNECT packets that were refused because of a ban, by what is banned.");
    }

    /// <summary>How fetching keys for tokens went.</summary>
    public void Observe(JwksCounts counts) => Meter.CreateObservableCounter(
        "broker.authentication.jwks.fetches", () => counts.Fetches.Observe(), "{fetch}",
        "Fetches of keys for tokens from jwt_jwks_url, by outcome.");

    /// <summary>What services over HTTP said, and how long that took.</summary>
    public void Observe(HttpAuthCounts counts)
    {
        Meter.CreateObservableCounter(
            "broker.authentication.http.questions", () => counts.Questions.Observe(), "{question}",
            "What came of questions to http_auth_url and http_acl_url, by outcome.");
        Histogram<double> duration = Meter.CreateHistogram(
            "broker.authentication.http.duration", Seconds, "How long services took to answer.", advice: Buckets(ShortSeconds));
        counts.Answering = elapsed => duration.Record(elapsed.TotalSeconds);
    }

    private void Figure(
        string name, SharedReading<EngineFigures> read, Func<EngineFigures, long> figure, string unit, string description) =>
        Meter.CreateObservableUpDownCounter(name, () => figure(read.Value), unit, description);
}
