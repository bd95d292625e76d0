namespace Broker.Diagnostics;

/// <summary>What a ban is about. In snake case these are the names of the API, of the store and of metrics.</summary>
internal enum BanKind
{
    /// <summary>A client id.</summary>
    Clientid,
    /// <summary>A user name.</summary>
    Username,
    /// <summary>An address.</summary>
    Peerhost,
    /// <summary>A network, in CIDR notation.</summary>
    PeerhostNet,
}

/// <summary>Who makes bans.</summary>
internal enum BanMaker
{
    /// <summary>An administrator.</summary>
    Administrator,
    /// <summary><c>flapping_max_count</c>.</summary>
    Flapping,
    /// <summary><c>failed_login_max_count</c>.</summary>
    FailedLogin,
}
