namespace Broker.Diagnostics;

/// <summary>What decided whether a client may connect.</summary>
internal enum AuthenticationMethod
{
    /// <summary>It gave no name and no token: <c>allow_anonymous</c> decided.</summary>
    Anonymous,
    /// <summary>The certificate of its TLS connection.</summary>
    Certificate,
    /// <summary>A password file.</summary>
    Password,
    /// <summary>A password file, by SCRAM.</summary>
    Scram,
    /// <summary>A token.</summary>
    Token,
    /// <summary>A service that was asked over HTTP.</summary>
    Http,
}
