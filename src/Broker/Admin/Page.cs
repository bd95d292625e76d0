using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Broker.Admin;

/// <summary>A part of a list that is ordered by a key.</summary>
/// <param name="Items">The items.</param>
/// <param name="Next">What to give as <c>after</c> for the part that follows; null: this is the last.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Which part of a list is asked for: <c>limit</c>, <c>after</c> and <c>search</c> of the query.</summary>
/// <param name="Limit">So many items at most, 1 to 1000.</param>
/// <param name="After">Items whose keys follow this one.</param>
/// <param name="Search">Items whose keys contain this; null: all.</param>
internal sealed record PageRequest(int Limit, string After, string? Search)
{
    private const int LimitDefault = 100;
    private const int LimitMax = 1000;

    /// <summary>Reads the query.</summary>
    /// <param name="query">It.</param>
    /// <param name="problem">What is wrong with it; null: nothing.</param>
    public static PageRequest? Read(IQueryCollection query, out ApiProblem? problem)
    {
        problem = null;
        int limit = LimitDefault;
        if (query.TryGetValue("limit", out StringValues text)
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > LimitMax))
        {
            problem = ApiAnswer.Problem(
                StatusCodes.Status400BadRequest, $"limit is a number from 1 to {LimitMax}, not '{text}'.", "limit");
            return null;
        }
        return new PageRequest(limit, query["after"].ToString(), query["search"] is [{ Length: > 0 } search] ? search : null);
    }

    /// <summary>
    /// Takes the part out of items in any order. Of a million items only those of the part are kept meanwhile, not a sorted copy.
    /// </summary>
    /// <param name="all">The items.</param>
    /// <param name="keyOf">The key of one.</param>
    /// <param name="view">What is shown of one.</param>
    /// <param name="isWanted">Which of them; null: all.</param>
    public Page<TView> Of<TItem, TView>(
        IEnumerable<TItem> all, Func<TItem, string> keyOf, Func<TItem, TView> view, Func<TItem, bool>? isWanted = null)
    {
        // The largest key that is kept is on top, and goes when a smaller one comes.
        PriorityQueue<TItem, string> kept =
            new(Comparer<string>.Create(static (one, other) => string.CompareOrdinal(other, one)));
        bool hasMore = false;
        foreach (TItem item in all)
        {
            string key = keyOf(item);
            if (string.CompareOrdinal(key, After) <= 0 || (Search is not null && !key.Contains(Search, StringComparison.Ordinal)))
                continue;
            if (isWanted?.Invoke(item) == false) continue;
            kept.Enqueue(item, key);
            if (kept.Count <= Limit) continue;
            kept.Dequeue();
            hasMore = true;
        }
        TItem[] items = new TItem[kept.Count];
        for (int i = items.Length - 1; i >= 0; i--) items[i] = kept.Dequeue();
        return new Page<TView>([.. items.Select(view)], hasMore ? keyOf(items[^1]) : null);
    }
}
