using System.Globalization;
using Load.Checking;

namespace Load.Scenarios;

/// <summary>
/// 1,000 topics RUN/x/y/z, each of x, y, z one of ten, and filters with + and #. The filters of one subscriber never match
/// the same topic, because brokers differ in how often they then deliver; those of different subscribers do.
/// </summary>
/// <param name="run">The first level of every topic.</param>
/// <param name="filters">How many each subscriber has, at most 100.</param>
internal sealed class WildcardFilters(string run, int filters)
{
    public const int Topics = 1000;
    public const int FiltersMax = 100;

    /// <summary>So many filters of a subscriber match ten topics, the others one.</summary>
    private const int WideFilters = 20;

    /// <summary>Where a subscriber begins, so that neighbours have different filters.</summary>
    private const int Step = 7;

    public string TopicOf(int topic) => Join(run, topic / 100, topic / 10 % 10, topic % 10);

    public TopicSet TopicsOf(int subscriber)
    {
        SortedSet<int> topics = [];
        for (int i = 0; i < filters; i++)
        {
            Place place = PlaceOf(subscriber, i);
            if (i >= WideFilters) topics.Add(place.Topic(subscriber % 10));
            else topics.UnionWith(Enumerable.Range(0, 10).Select(place.Topic));
        }
        return new TopicSet([.. topics]);
    }

    public IEnumerable<string> FiltersOf(int subscriber)
    {
        for (int i = 0; i < filters; i++)
        {
            Place place = PlaceOf(subscriber, i);
            int other = subscriber % 10;
            yield return (place.IsTree, i < WideFilters) switch
            {
                (true, true) => Join(run, place.First, place.Second, "#"),
                (false, true) => Join(run, place.First, "+", place.Second),
                (true, false) => Join(run, place.First, place.Second, other) + "/#",
                (false, false) => Join("+", place.First, other, place.Second),
            };
        }
    }

    /// <summary>
    /// 100 places are ten for each x. Under one x all filters of a subscriber are of one kind, so they cannot overlap.
    /// </summary>
    private static Place PlaceOf(int subscriber, int filter)
    {
        int number = (subscriber * Step + filter) % FiltersMax;
        int first = number / 10;
        return new Place((first + subscriber) % 2 == 0, first, number % 10);
    }

    private static string Join(params object[] levels) =>
        string.Join('/', levels.Select(level => Convert.ToString(level, CultureInfo.InvariantCulture)));

    /// <param name="IsTree">x/y/#, in place of x/+/z.</param>
    /// <param name="First">x</param>
    /// <param name="Second">y, or z.</param>
    private readonly record struct Place(bool IsTree, int First, int Second)
    {
        public int Topic(int other) => IsTree ? First * 100 + Second * 10 + other : First * 100 + other * 10 + Second;
    }
}
