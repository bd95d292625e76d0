using Broker.Diagnostics;

namespace Broker.Security.Http;

/// <summary>What a client wants to do with a topic.</summary>
internal enum TopicAction
{
    /// <summary>PUBLISH, and the will of CONNECT.</summary>
    Publish,
    /// <summary>SUBSCRIBE; the topic is a filter.</summary>
    Subscribe,
}

/// <summary>
/// What one client may do by the word of a service, as far as it was asked. Nothing is asked under way: who finds that an answer
/// is not known stops reading, asks, and looks again. Read loop only.
/// </summary>
internal sealed class TopicQuestions
{
    /// <summary>Unknown filters of one SUBSCRIBE that are asked about.</summary>
    public const int AskedMax = 1000;

    /// <summary>Topics that are remembered have so many characters together, beside those of the packet at hand.</summary>
    public const int KnownCharactersMax = 256 * 1024;

    private const int KnownMax = 1000;

    /// <summary>Also where nothing is remembered: a client that repeats itself makes no more than this.</summary>
    private static readonly TimeSpan KnownMin = TimeSpan.FromSeconds(1);

    private readonly HttpAuthority? _authority;
    private readonly Uri _url;
    private readonly TopicClient _client;
    private readonly TimeProvider _time;
    private readonly TimeSpan _lifetime;
    private readonly Dictionary<(TopicAction Action, string Topic), Known> _known = [];
    private readonly List<(TopicAction Action, string Topic)> _unknown = [];
    private bool _hasAsked;

    /// <param name="authority">Who is asked; null: whom the options name is not there, so that nothing is decided.</param>
    /// <param name="url">Where.</param>
    /// <param name="client">About whom.</param>
    /// <param name="time">The clock.</param>
    public TopicQuestions(HttpAuthority? authority, Uri url, TopicClient client, TimeProvider time)
    {
        _authority = authority;
        _url = url;
        _client = client;
        _time = time;
        TimeSpan cacheTime = authority?.Place.Options.CacheTime ?? TimeSpan.Zero;
        _lifetime = cacheTime > KnownMin ? cacheTime : KnownMin;
    }

    /// <summary>Characters of the topics that are remembered.</summary>
    public int KnownCharacters { get; private set; }

    /// <summary>The answer, or null: it is not known, and noted to be asked.</summary>
    /// <param name="action">What is to be done.</param>
    /// <param name="topic">With what, mount point included.</param>
    /// <param name="isAgain">
    /// Whether it was asked for this packet just now: then what is known counts, however long that took, and nothing is asked
    /// twice.
    /// </param>
    public bool? Find(TopicAction action, string topic, bool isAgain)
    {
        isAgain &= _hasAsked;
        // Not while a packet is looked at: it would find what it asked for gone.
        if (!isAgain && _unknown.Count == 0 && (_known.Count > KnownMax || KnownCharacters > KnownCharactersMax)) Forget();
        if (_known.TryGetValue((action, topic), out Known known) && (isAgain || _time.GetElapsedTime(known.At) < _lifetime))
            return known.IsAllowed;
        // Too many at once.
        if (isAgain || _unknown.Count >= AskedMax) return false;
        _unknown.Add((action, topic));
        return null;
    }

    /// <summary>Asks what was not known. Goes on on the pool.</summary>
    /// <param name="hasOtherRules">Whether something else has allowed it, and is enough if the service does not know.</param>
    /// <returns>Null, or why there is no answer that counts.</returns>
    public async Task<string?> AskAsync(bool hasOtherRules)
    {
        (TopicAction Action, string Topic)[] asked = [.. _unknown.Distinct()];
        _unknown.Clear();
        if (_authority is not { } authority) return "a reload has just changed who is asked";
        HttpAnswer[] answers = await Task.WhenAll(asked.Select(one => AskAsync(authority, one.Action, one.Topic)));
        _hasAsked = true;
        long now = _time.GetTimestamp();
        for (int i = 0; i < asked.Length; i++)
        {
            bool? isAllowed = answers[i].Outcome switch
            {
                HttpAuthOutcome.Allowed => true,
                HttpAuthOutcome.Denied => false,
                HttpAuthOutcome.Ignored => hasOtherRules,
                HttpAuthOutcome.Failed when authority.Place.Options.AllowsOnFailure => true,
                _ => null,
            };
            if (isAllowed is not { } verdict) return answers[i].Detail;
            if (!_known.ContainsKey(asked[i])) KnownCharacters += asked[i].Topic.Length;
            _known[asked[i]] = new Known(verdict, now);
        }
        return null;
    }

    private void Forget()
    {
        _known.Clear();
        KnownCharacters = 0;
    }

    private Task<HttpAnswer> AskAsync(HttpAuthority authority, TopicAction action, string topic)
    {
        HttpQuestion question = new HttpQuestion()
            .With("clientid", _client.ClientId)
            .With("username", _client.UserName ?? "")
            .With("ipaddress", HttpQuestion.WithoutPort(_client.RemoteAddress))
            .With("listener", _client.Listener)
            .With("topic", topic)
            .With("action", action == TopicAction.Publish ? "publish" : "subscribe")
            // As mosquitto's plugins count: 2 to write, 4 to subscribe.
            .With("acc", action == TopicAction.Publish ? 2 : 4);
        return authority.AskAsync(_url, question, isRemembered: false).AsTask();
    }

    private readonly record struct Known(bool IsAllowed, long At);
}
