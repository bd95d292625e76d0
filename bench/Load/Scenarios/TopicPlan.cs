using Load.Checking;

namespace Load.Scenarios;

/// <summary>The topics of a run, who publishes under them and who is owed what.</summary>
internal sealed class TopicPlan
{
    private readonly FleetShape _shape;
    private readonly TopicSet? _all;
    private readonly WildcardFilters? _wildcards;

    public TopicPlan(FleetShape shape)
    {
        _shape = shape;
        if (shape.Layout == Layout.Wildcards) _wildcards = new WildcardFilters(shape.Run, shape.FiltersEach);
        if (shape.Layout is Layout.Everything or Layout.Tree) _all = new TopicRange(0, shape.Topics);
        Names = [.. Enumerable.Range(0, shape.Topics).Select(topic => _wildcards?.TopicOf(topic) ?? shape.TopicOf(topic))];
        Receivers = new int[shape.Topics];
        for (int i = 0; i < shape.Subscribers; i++)
        {
            foreach (int topic in OfSubscriber(i).Numbers) Receivers[topic]++;
        }
    }

    public string[] Names { get; }

    /// <summary>How many subscribers get the messages of each topic.</summary>
    public int[] Receivers { get; }

    public TopicRange OfPublisher(int publisher) =>
        _shape.Layout == Layout.Shared
            ? new TopicRange(0, _shape.Topics)
            : TopicRange.OfSubscriber(publisher, _shape.Publishers, _shape.Topics);

    public TopicSet OfSubscriber(int subscriber) =>
        _all ?? _wildcards?.TopicsOf(subscriber) ?? TopicRange.OfSubscriber(subscriber, _shape.Subscribers, _shape.Topics);

    /// <summary>What it subscribes to.</summary>
    public IEnumerable<string> FiltersOf(int subscriber) => _shape.Layout switch
    {
        Layout.Tree => [_shape.Run + "/#"],
        Layout.Wildcards => _wildcards!.FiltersOf(subscriber),
        _ => OfSubscriber(subscriber).Numbers.Select(topic => Names[topic]),
    };
}
