using Broker.Security;
using Microsoft.Extensions.Time.Testing;

namespace Broker.UnitTests.Security;

public sealed class CredentialCacheTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Only_the_same_password_of_the_same_user_of_the_same_file_is_known()
    {
        CredentialCache cache = new(_time);
        cache.Add("f", "ann", "secret"u8);

        Assert.True(cache.Contains("f", "ann", "secret"u8));
        Assert.False(cache.Contains("f", "ann", "secret2"u8));
        Assert.False(cache.Contains("f", "bob", "secret"u8));
        Assert.False(cache.Contains("g", "ann", "secret"u8));
    }

    [Fact]
    public void A_password_that_is_used_stays_and_one_that_is_not_is_forgotten()
    {
        CredentialCache cache = new(_time);
        cache.Add("f", "ann", "secret"u8);
        cache.Add("f", "bob", "secret"u8);

        for (int i = 0; i < 4; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(9));
            Assert.True(cache.Contains("f", "ann", "secret"u8));
        }
        Assert.False(cache.Contains("f", "bob", "secret"u8));
    }

    [Fact]
    public void Everything_is_forgotten_after_a_long_silence()
    {
        CredentialCache cache = new(_time);
        cache.Add("f", "ann", "secret"u8);

        _time.Advance(TimeSpan.FromHours(1));

        Assert.False(cache.Contains("f", "ann", "secret"u8));
    }

    [Fact]
    public void The_number_of_entries_is_bounded_and_the_oldest_go()
    {
        CredentialCache cache = new(_time, generationMax: 10);
        for (int i = 0; i < 100; i++) cache.Add("f", $"user{i}", "secret"u8);

        Assert.InRange(Enumerable.Range(0, 100).Count(i => cache.Contains("f", $"user{i}", "secret"u8)), 1, 20);
        Assert.True(cache.Contains("f", "user99", "secret"u8));
    }
}
