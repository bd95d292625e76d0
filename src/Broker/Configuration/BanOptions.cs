namespace Broker.Configuration;

/// <summary>How many bans there may be, and who is banned by itself. All of it ours.</summary>
internal sealed record BanOptions
{
    /// <summary><c>max_bans</c>. Bans made by rates may be half of them. Default 10 000, range 1 to 1 000 000.</summary>
    public int CountMax { get; init; } = 10_000;

    /// <summary><c>flapping_*</c>. A client id whose connections end too often.</summary>
    public BanRate Flapping { get; init; } = new(0, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5));

    /// <summary><c>failed_login_*</c>. An address that gives wrong names and passwords too often.</summary>
    public BanRate FailedLogin { get; init; } = new(0, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10));
}

/// <summary>When something happens so often that there is a ban.</summary>
/// <param name="CountMax">More than that is too often. Default 0 = nobody is banned.</param>
/// <param name="Window">Within this time, which begins with the first.</param>
/// <param name="BanTime">How long the ban is.</param>
internal sealed record BanRate(int CountMax, TimeSpan Window, TimeSpan BanTime);
