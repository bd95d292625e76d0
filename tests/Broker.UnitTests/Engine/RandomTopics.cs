namespace Broker.UnitTests.Engine;

/// <summary>Random topics and filters over few levels, so that they meet: empty levels and '$' topics among them.</summary>
internal sealed class RandomTopics(int seed)
{
    private static readonly string[] Levels = ["a", "b", "", "$a", "a b"];

    public Random Random { get; } = new(seed);

    public string Topic()
    {
        while (true)
        {
            string topic = string.Join('/', Enumerable.Range(0, Random.Next(1, 5)).Select(_ => Level()));
            if (topic.Length > 0) return topic;
        }
    }

    public string Filter()
    {
        while (true)
        {
            List<string> levels = [.. Enumerable.Range(0, Random.Next(0, 5)).Select(_ => Random.Next(3) == 0 ? "+" : Level())];
            if (levels.Count == 0 || Random.Next(4) == 0) levels.Add("#");
            string filter = string.Join('/', levels);
            if (filter.Length > 0) return filter;
        }
    }

    private string Level() => Levels[Random.Next(10) == 0 ? 3 : Random.Next(Levels.Length)];
}
