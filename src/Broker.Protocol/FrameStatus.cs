namespace Broker.Protocol;

/// <summary>What <see cref="FrameReader"/> found at the start of a buffer.</summary>
public enum FrameStatus
{
    /// <summary>A whole packet is in the buffer.</summary>
    Complete,
    /// <summary>More bytes are needed.</summary>
    Incomplete,
    /// <summary>The fixed header breaks the protocol; the connection cannot go on.</summary>
    Malformed,
    /// <summary>The packet is longer than the receiver allows.</summary>
    TooLarge,
}
