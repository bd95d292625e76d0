namespace Broker.Hosting;

/// <summary>An account of the machine.</summary>
/// <param name="Name">Its name.</param>
/// <param name="UserId">Its user id.</param>
/// <param name="GroupId">Its first group.</param>
internal readonly record struct Account(string Name, uint UserId, uint GroupId);
