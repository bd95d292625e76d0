namespace Broker.Admin;

/// <summary>Who asks.</summary>
/// <param name="Name">The name of the token.</param>
/// <param name="MayChange">Whether it is more than a token to read.</param>
internal sealed record AdminIdentity(string Name, bool MayChange)
{
    /// <summary>Somebody on this machine, where no token is asked for.</summary>
    public static AdminIdentity Local { get; } = new("local", true);
}
