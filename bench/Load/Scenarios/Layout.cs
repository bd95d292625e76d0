namespace Load.Scenarios;

/// <summary>Who publishes and who receives what.</summary>
internal enum Layout
{
    /// <summary>Every publisher serves all topics; they are divided among the subscribers.</summary>
    Shared,

    /// <summary>Topics are divided among the publishers, and in the same way among the subscribers.</summary>
    Pairs,

    /// <summary>Topics are divided among the publishers; every subscriber has a subscription to each.</summary>
    Everything,

    /// <summary>Topics are divided among the publishers; subscribers have wildcard filters that do not overlap.</summary>
    Wildcards,

    /// <summary>Topics are divided among the publishers; every subscriber has one filter that ends in #.</summary>
    Tree,
}
