using Broker.Configuration;

namespace Broker.UnitTests.Configuration;

public class BanBindingTests
{
    private static readonly Dictionary<string, Func<BanOptions, int, BanOptions>> Setters = new()
    {
        ["max_bans"] = (bans, value) => bans with { CountMax = value },
        ["flapping_max_count"] = (bans, value) => bans with { Flapping = bans.Flapping with { CountMax = value } },
        ["flapping_window_time"] = (bans, value) =>
            bans with { Flapping = bans.Flapping with { Window = TimeSpan.FromSeconds(value) } },
        ["flapping_ban_time"] = (bans, value) =>
            bans with { Flapping = bans.Flapping with { BanTime = TimeSpan.FromSeconds(value) } },
        ["failed_login_max_count"] = (bans, value) => bans with { FailedLogin = bans.FailedLogin with { CountMax = value } },
        ["failed_login_window_time"] = (bans, value) =>
            bans with { FailedLogin = bans.FailedLogin with { Window = TimeSpan.FromSeconds(value) } },
        ["failed_login_ban_time"] = (bans, value) =>
            bans with { FailedLogin = bans.FailedLogin with { BanTime = TimeSpan.FromSeconds(value) } },
    };

    [Theory]
    [InlineData("max_bans", 1, 1_000_000)]
    [InlineData("flapping_max_count", 0, 1_000_000)]
    [InlineData("flapping_window_time", 1, 86_400)]
    [InlineData("flapping_ban_time", 1, 31_536_000)]
    [InlineData("failed_login_max_count", 0, 1_000_000)]
    [InlineData("failed_login_window_time", 1, 86_400)]
    [InlineData("failed_login_ban_time", 1, 31_536_000)]
    public void Each_sets_its_option_and_refuses_what_is_outside(string name, int valueMin, int valueMax)
    {
        foreach (int value in (int[])[valueMin, 77, valueMax])
            Assert.Equal(Setters[name](new BanOptions(), value), Reading.Options($"{name} {value}").Limits.Bans);
        foreach (string value in (string[])[$"{valueMin - 1}", $"{valueMax + 1}", "much"])
            Assert.Contains(Reading.Errors($"{name} {value}"), line => line.Contains(name) && line.Contains("a.conf:1:"));
    }

    [Fact]
    public void Nothing_said_bans_nobody()
    {
        BanOptions bans = Reading.Options("").Limits.Bans;
        Assert.Equal((10_000, 0, 0), (bans.CountMax, bans.Flapping.CountMax, bans.FailedLogin.CountMax));
    }
}
