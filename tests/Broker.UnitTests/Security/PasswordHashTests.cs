using System.Text;
using Broker.Security;

namespace Broker.UnitTests.Security;

public sealed class PasswordHashTests
{
    // Made with the salt bytes 0, 1, 2 ... for the password "secret"; mosquitto accepts them.
    private const string Sha512 =
        "$6$AAECAwQFBgcICQoL$JqsxEv/ucyxjA5DKsQ+Y8CDWaQDNQI9FpAkmfwAqWfwZLk/JEGgM0EpylrJHAZKKyFQjJeZ3nFaHjPzOzPPmPw==";
    private const string Pbkdf2 =
        "$7$101$AAECAwQFBgcICQoL$Xr99N9ym9ys8TWxis5ajETJq6EVYzmc6nb8t3pUYnPBbCAbICS4xejTltonXWCtJNBvA+By+TXUqU6qCblO00w==";
    private const string Pbkdf2LongSalt =
        "$7$1000$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw=="
        + "$j5aX3DstWRgO5cjjfvKvsf7Z/KK812T4wGDMih+DCHQg8P7++fmj4sZcMp1smkEafZL0QZ29tE5ezahL/nyffw==";
    private const string Argon2LongSalt =
        "$argon2id$v=19$m=47104,t=1,p=1$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw"
        + "$jN8KVtBuy9rOg+xx4HEO7K//Ei2hf4aegEDgCD4okj4rugUys2dVUsAyHcBFDFrGlWl198NIEs4dtHiTXPgqvA";
    private const string Argon2FourLanes =
        "$argon2id$v=19$m=65536,t=3,p=4$AAECAwQFBgcICQoLDA0ODw$IdiQ1EEJoqHAz8wZRh1vuNWBWoiUq+a2sbwWFJqBkxY";

    [Theory]
    [InlineData(Sha512)]
    [InlineData(Pbkdf2)]
    [InlineData(Pbkdf2LongSalt)]
    [InlineData(Argon2LongSalt)]
    [InlineData(Argon2FourLanes)]
    public void A_known_hash_verifies_its_password_and_no_other(string text)
    {
        PasswordHash hash = Parsed(text);

        Assert.True(hash.Verify("secret"u8));
        Assert.False(hash.Verify("Secret"u8));
        Assert.False(hash.Verify("secret "u8));
        Assert.False(hash.Verify(""u8));
        Assert.Equal(text, hash.ToString());
    }

    [Theory]
    [InlineData("Sha512", "$6$")]
    [InlineData("Sha512Pbkdf2", "$7$1000$")]
    [InlineData("Argon2id", "$argon2id$v=19$m=47104,t=1,p=1$")]
    public void A_new_hash_is_salted_and_is_read_back(string kind, string prefix)
    {
        byte[] password = Encoding.UTF8.GetBytes("pässword\0:$");
        PasswordHash first = PasswordHash.Create(Enum.Parse<PasswordHashKind>(kind), password);
        PasswordHash second = PasswordHash.Create(Enum.Parse<PasswordHashKind>(kind), password);

        Assert.StartsWith(prefix, first.ToString(), StringComparison.Ordinal);
        Assert.NotEqual(first.ToString(), second.ToString());
        Assert.True(Parsed(first.ToString()).Verify(password));
        Assert.False(Parsed(first.ToString()).Verify("pässword"u8));
    }

    [Fact]
    public void A_new_salt_has_the_twelve_bytes_that_mosquitto_2_0_can_read()
    {
        string salt = PasswordHash.Create(PasswordHashKind.Sha512Pbkdf2, "x"u8, iterations: 1).ToString().Split('$')[3];

        Assert.Equal(12, Convert.FromBase64String(salt).Length);
    }

    [Theory]
    [InlineData("secret", "plain text")]
    [InlineData("$", "unknown kind $$")]
    [InlineData("$5$x$y", "unknown kind $5$")]
    [InlineData("$6$onlysalt", "$6$SALT$HASH")]
    [InlineData("$6$AAEC$AAEC", "salt")]
    [InlineData("$6$AAECAwQFBgcICQoL$AAEC", "hash that is not 64")]
    [InlineData("$6$AAECAwQFBgcICQo?$AAEC", "salt")]
    [InlineData("$7$AAECAwQFBgcICQoL$AAEC", "$7$ITERATIONS")]
    [InlineData("$7$0$AAECAwQFBgcICQoL$AAEC", "iterations")]
    [InlineData("$7$-1$AAECAwQFBgcICQoL$AAEC", "iterations")]
    [InlineData("$7$99999999999$AAECAwQFBgcICQoL$AAEC", "iterations")]
    [InlineData("$argon2id$v=18$m=65536,t=3,p=4$AAECAwQFBgcICQoLDA0ODw$IdiQ1EEJ", "$argon2id$v=19$")]
    [InlineData("$argon2id$v=19$m=65536,t=0,p=4$AAECAwQFBgcICQoLDA0ODw$IdiQ1EEJ", "$argon2id$v=19$")]
    [InlineData("$argon2id$v=19$m=65536,t=3,p=4$AAEC$IdiQ1EEJ", "$argon2id$v=19$")]
    [InlineData("$argon2id$v=19$m=65536,t=3,p=4$AAECAwQFBgcICQoLDA0ODw==$IdiQ1EEJ", "$argon2id$v=19$")]
    public void A_text_that_is_no_hash_is_refused_with_a_reason(string text, string reason)
    {
        PasswordHashResult result = PasswordHash.Parse(text);

        Assert.Null(result.Hash);
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_argon2id_hash_without_the_library_names_the_package_to_install()
    {
        PasswordHashResult result = PasswordHash.Parse(Argon2FourLanes, isArgon2Available: false);

        Assert.Null(result.Hash);
        Assert.Contains("libargon2-1", result.Error, StringComparison.Ordinal);
    }

    private static PasswordHash Parsed(string text)
    {
        PasswordHashResult result = PasswordHash.Parse(text);
        Assert.Null(result.Error);
        return result.Hash!;
    }
}
