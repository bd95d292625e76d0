namespace Broker.Configuration.Mosquitto;

/// <summary>Finds words for a directive that does not exist.</summary>
internal static class UnknownDirective
{
    /// <summary>The sentence for an unknown name, with the nearest known one if one is near.</summary>
    public static string Describe(string name)
    {
        string text = $"'{name}' is not a directive";
        string? strange = ConfigurationLexer.DescribeStrangeCharacter(name);
        if (strange is not null) text += $" ({strange})";
        string? nearest = Nearest(name);
        return nearest is null ? text : $"{text}; did you mean '{nearest}'?";
    }

    /// <summary>The known name with the fewest edits, if there are few enough for it to be a slip of the fingers.</summary>
    public static string? Nearest(string name)
    {
        string wanted = name.ToLowerInvariant().Replace('-', '_');
        string? nearest = null;
        int allowed = Math.Clamp(wanted.Length / 3, 1, 4);
        foreach (string known in DirectiveTable.Names)
        {
            int edits = Edits(wanted, known);
            if (edits > allowed) continue;
            (nearest, allowed) = (known, edits - 1);
            if (edits == 0) break;
        }
        return nearest;
    }

    /// <summary>Insertions, removals, replacements and swaps of neighbours that turn one word into the other.</summary>
    private static int Edits(string from, string to)
    {
        int[,] cost = new int[from.Length + 1, to.Length + 1];
        for (int i = 0; i <= from.Length; i++) cost[i, 0] = i;
        for (int j = 0; j <= to.Length; j++) cost[0, j] = j;
        for (int i = 1; i <= from.Length; i++)
        {
            for (int j = 1; j <= to.Length; j++)
            {
                int replace = cost[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                cost[i, j] = Math.Min(replace, Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1);
                bool isSwap = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
                if (isSwap) cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
            }
        }
        return cost[from.Length, to.Length];
    }
}
