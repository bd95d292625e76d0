namespace Load.Wire;

/// <summary>What stands between MQTT and TCP. Everything happens on the thread of the event loop.</summary>
internal interface ILayer
{
    /// <summary>The handshake is done.</summary>
    bool IsReady { get; }

    /// <summary>Begins the handshake.</summary>
    void Open();

    /// <summary>Bytes came from the network; what they hold goes to <see cref="Link.Deliver"/>.</summary>
    void Received(ReadOnlySpan<byte> wire);

    /// <summary>Packets go to the network, by way of <see cref="Link.Wire"/>.</summary>
    void Seal(ReadOnlySpan<byte> packets);
}
