using System.Globalization;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Load.Checking;
using Load.Clients;
using Load.Options;
using Load.Wire;

namespace Load.Scenarios;

/// <summary>All clients of a run: who publishes what, who is owed what, and how they come and go.</summary>
internal sealed class Fleet : IDisposable
{
    /// <summary>More connections at once would measure the broker's listen backlog.</summary>
    private const int OpenAtOnce = 100;

    private const uint SessionExpirySeconds = 86_400;

    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(60);

    private readonly LoadOptions _options;
    private readonly FleetShape _shape;
    private readonly TopicPlan _plan;
    private readonly Publisher[] _publishers;
    private readonly Subscriber[] _subscribers;
    private readonly List<Client> _publisherClients = [];
    private readonly List<Client> _subscriberClients = [];
    private Pacer? _pacer;

    public Fleet(LoadOptions options, FleetShape shape)
    {
        _options = options;
        _shape = shape;
        _plan = new TopicPlan(shape);
        _publishers = MakePublishers();
        _subscribers = new Subscriber[shape.Subscribers];
        for (int i = 0; i < _subscribers.Length; i++)
            _subscribers[i] = new Subscriber(i, new StreamCheck(_plan.OfSubscriber(i), shape.Publishers, Deliveries), Deliveries);
        if (!shape.IsClosedLoop) return;
        var closedLoop = new ClosedLoop(_publishers);
        foreach (Publisher publisher in _publishers) publisher.Join(closedLoop);
        foreach (Subscriber subscriber in _subscribers) subscriber.Join(closedLoop);
        Loop.TurnEnd += closedLoop.GoOn;
    }

    public EventLoop Loop { get; } = new();

    public int Subscribers => _subscribers.Length;

    public AckTotals Acks { get; } = new();

    public DeliveryTotals Deliveries { get; } = new();

    /// <summary>Messages sent under each topic by each publisher.</summary>
    public IReadOnlyList<IReadOnlyList<long>> Sent =>
        [.. _publishers.Select(publisher => Enumerable.Range(0, _shape.Topics).Select(publisher.SentUnder).ToArray())];

    /// <summary>Messages sent and not acknowledged.</summary>
    public long InFlight => _publishers.Sum(publisher => (long)publisher.InFlight);

    /// <summary>What all subscribers together have to get.</summary>
    public long Owed(IReadOnlyList<IReadOnlyList<long>> sent) =>
        sent.Sum(topics => topics.Zip(_plan.Receivers, (messages, receivers) => messages * receivers).Sum());

    /// <summary>Makes the sessions and their subscriptions.</summary>
    public void Subscribe() => OpenSubscribers(0, _subscribers.Length, isReturn: false);

    /// <summary>The sessions come back; each must still be there.</summary>
    public void Return() => Return(0, _subscribers.Length);

    /// <summary>Some of the sessions come back.</summary>
    public void Return(int first, int count) => OpenSubscribers(first, count, isReturn: true);

    /// <summary>The subscribers disconnect.</summary>
    public void Leave() => Close(_subscriberClients);

    public void ConnectPublishers()
    {
        for (int i = 0; i < _publishers.Length; i++)
        {
            // A publisher that lost its session with the connection could not say what became of its messages.
            _publisherClients.Add(Open(_publishers[i], $"p{i}", isPersistent: false, []));
            if ((i + 1) % OpenAtOnce == 0) AwaitReady(_publisherClients);
        }
        AwaitReady(_publisherClients);
    }

    /// <summary>Each publisher begins with its share; without a number it goes on until told to stop.</summary>
    public void StartPublishers(long? messages)
    {
        for (int i = 0; i < _publishers.Length; i++)
        {
            long share = messages is { } all ? all / _publishers.Length + (i < all % _publishers.Length ? 1 : 0) : long.MaxValue;
            _publishers[i].Start(share);
        }
    }

    /// <summary>All publishers together send so many a second, at even distances.</summary>
    public void StartPaced(double perSecond)
    {
        _pacer = new Pacer(_publishers, perSecond);
        Loop.Pace = _pacer.Run;
    }

    /// <returns>Messages that were due and are not sent.</returns>
    public long StopPublishers()
    {
        _pacer?.Stop();
        return _publishers.Sum(publisher => publisher.Stop());
    }

    public void DisconnectPublishers() => Close(_publisherClients);

    /// <summary>Waits until everything that may be sent is sent and acknowledged, or nothing moves any more.</summary>
    public bool AwaitAcks() => Loop.RunWhileMoving(
        () => !Array.Exists(_publishers, publisher => publisher.HasBudget || publisher.InFlight > 0),
        () => Acks.Acked + Acks.Refused + Deliveries.Received,
        TimeSpan.FromSeconds(_options.PatienceSeconds));

    /// <summary>Waits until the subscribers have everything, or nothing moves any more.</summary>
    public bool AwaitDeliveries(long owed) => Loop.RunWhileMoving(
        () => Deliveries.Received >= owed,
        () => Deliveries.Received,
        TimeSpan.FromSeconds(_options.PatienceSeconds));

    /// <summary>Waits until some of the subscribers have everything, or nothing moves any more.</summary>
    public bool AwaitDeliveries(int first, int count)
    {
        ArraySegment<Subscriber> some = new(_subscribers, first, count);
        long owed = some.Sum(subscriber => subscriber.Check.Topics.Numbers.Sum(
            topic => _publishers.Sum(publisher => publisher.SentUnder(topic))));
        return Loop.RunWhileMoving(
            () => some.Sum(subscriber => subscriber.Check.Received) >= owed,
            () => Deliveries.Received,
            TimeSpan.FromSeconds(_options.PatienceSeconds));
    }

    public void Dispose() => Loop.Dispose();

    private Publisher[] MakePublishers()
    {
        var templates = new PublishTemplates(_options.Version, _options.Qos, _options.Payload, _plan.Names, _shape.IsRetained);
        var publishers = new Publisher[_shape.Publishers];
        for (int i = 0; i < publishers.Length; i++)
        {
            var shape = new PublisherShape
            {
                Number = i,
                Topics = _plan.OfPublisher(i),
                Window = _shape.Window,
                Qos = _options.Qos,
                Receivers = _shape.IsClosedLoop ? _plan.Receivers : null,
            };
            publishers[i] = new Publisher(shape, templates, Acks);
        }
        return publishers;
    }

    private void OpenSubscribers(int first, int count, bool isReturn)
    {
        for (int i = first; i < first + count; i++)
        {
            SubscriptionRequest[] requests = isReturn ? [] : Requests(i);
            Client client = Open(_subscribers[i], $"s{i}", _options.Persistent, requests);
            _subscriberClients.Add(client);
            if ((i + 1) % OpenAtOnce == 0) AwaitReady(_subscriberClients);
        }
        AwaitReady(_subscriberClients);
        int missing = isReturn ? _subscriberClients.Count(client => !client.IsSessionPresent) : 0;
        if (missing > 0) throw new LoadException($"{missing} of {count} sessions are gone");
    }

    private SubscriptionRequest[] Requests(int subscriber)
    {
        byte options = SubscriptionRequest.ToOptions((QualityOfService)(_options.SubscriberQos ?? _options.Qos));
        return [.. _plan.FiltersOf(subscriber).Select(filter => new SubscriptionRequest(filter, options))];
    }

    private Client Open(IRole role, string id, bool isPersistent, SubscriptionRequest[] subscriptions)
    {
        bool isMqtt5 = _options.Version == ProtocolVersion.Mqtt50;
        ConnectPacket connect = new()
        {
            Version = _options.Version,
            ClientId = string.Create(CultureInfo.InvariantCulture, $"{_shape.Run}-{id}"),
            CleanStart = !isPersistent,
            SessionExpiryIntervalSeconds = isMqtt5 && isPersistent ? SessionExpirySeconds : 0,
        };
        return Client.Open(Loop, new Endpoint(_options.Port, _options.Transport), role, connect, subscriptions);
    }

    private void AwaitReady(List<Client> clients)
    {
        if (!Loop.RunUntil(() => clients.TrueForAll(client => client.IsReady), HandshakeLimit))
            throw new LoadException($"{clients.Count(client => !client.IsReady)} clients were not answered");
    }

    private void Close(List<Client> clients)
    {
        foreach (Client client in clients) client.Leave();
        if (!Loop.RunUntil(() => clients.TrueForAll(client => client.IsClosed), HandshakeLimit))
            throw new LoadException("the broker did not close after DISCONNECT");
        clients.Clear();
    }
}
