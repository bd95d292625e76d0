namespace Broker.Security;

/// <summary>What a client may do beside the access list of its listener, by what let it in.</summary>
/// <param name="Rules">Lines of its own. Null: none were given, the access list decides alone.</param>
/// <param name="IsSuperuser">Whether it may do everything, whatever lists say.</param>
internal sealed record ClientGrant(GrantedRules? Rules, bool IsSuperuser = false);
