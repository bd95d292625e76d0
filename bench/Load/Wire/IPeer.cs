namespace Load.Wire;

/// <summary>Who listens to a link.</summary>
internal interface IPeer
{
    /// <summary>A whole packet came. The body is gone when this returns.</summary>
    /// <param name="first">Type and flags.</param>
    /// <param name="body">What follows the fixed header.</param>
    /// <param name="now">When the bytes were read, in ticks of the stopwatch.</param>
    void Frame(byte first, ReadOnlySpan<byte> body, long now);

    /// <summary>The last packet of a read was handled, or the link can take more: the time to answer and flush.</summary>
    void BatchEnd();

    /// <summary>The connection that was begun with <see cref="Link.Dial"/> is there.</summary>
    void Reached()
    {
        // Most are there from the beginning.
    }

    /// <summary>The other side has closed, or was never reached: <see cref="Link.Error"/> says why.</summary>
    void Closed();
}
