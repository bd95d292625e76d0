namespace Load.Clients;

/// <summary>What a connected client does.</summary>
internal interface IRole
{
    /// <summary>For messages: "publisher 3".</summary>
    string Name { get; }

    /// <summary>The connection is there; packets may come from now on.</summary>
    void Opened(Client client);

    /// <inheritdoc cref="Wire.IPeer.Frame"/>
    void Frame(byte first, ReadOnlySpan<byte> body, long now);

    /// <inheritdoc cref="Wire.IPeer.BatchEnd"/>
    void BatchEnd();
}
