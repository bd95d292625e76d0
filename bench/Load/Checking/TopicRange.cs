namespace Load.Checking;

/// <summary>Topics that stand side by side.</summary>
/// <param name="First">Number of the first.</param>
/// <param name="Count">How many.</param>
internal readonly record struct TopicRange(int First, int Count)
{
    public int End => First + Count;

    /// <summary>
    /// Divides topics among subscribers, or among publishers: each has its own part where there are enough, else several
    /// share one.
    /// </summary>
    public static TopicRange OfSubscriber(int subscriber, int subscribers, int topics)
    {
        if (topics < subscribers) return new TopicRange(subscriber % topics, 1);
        int first = (int)((long)subscriber * topics / subscribers);
        int end = (int)((long)(subscriber + 1) * topics / subscribers);
        return new TopicRange(first, end - first);
    }
}
