namespace Broker.Fuzzing;

/// <summary>What must hold for every input does not for this one.</summary>
internal sealed class BrokenException(string message) : Exception(message)
{
    /// <summary>Throws when it does not hold.</summary>
    /// <param name="holds">Whether it does.</param>
    /// <param name="what">What is broken if not.</param>
    public static void Unless(bool holds, string what)
    {
        if (!holds) throw new BrokenException(what);
    }
}
