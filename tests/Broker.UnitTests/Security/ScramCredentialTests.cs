using Broker.Configuration;
using Broker.Security;
using Broker.Security.Scram;
using Broker.TestKit.Processes;
using Microsoft.Extensions.Time.Testing;

namespace Broker.UnitTests.Security;

public sealed class ScramCredentialTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Iterations_and_salt_are_those_of_the_users_line()
    {
        PasswordHash hash = Pbkdf2("secret", 123);
        ScramCredential credential = Find(_folder.Write("one", $"ann:{hash}\n"), "ann");

        Assert.Equal((123, hash.ToString().Split('$')[3]), (credential.Iterations, credential.Salt));
        Assert.Null(credential.UnfitKind);
    }

    [Fact]
    public void A_name_that_nobody_has_keeps_its_salt_which_is_as_long_as_those_of_others()
    {
        string file = _folder.Write("one", $"ann:{Pbkdf2("secret", 123)}\nbob:{Sha512("secret")}\n");

        ScramCredential first = Find(file, "nobody");
        ScramCredential again = Find(file, "nobody");

        Assert.Equal((first.Salt, first.Iterations), (again.Salt, again.Iterations));
        Assert.Equal((12, 123), (Convert.FromBase64String(first.Salt).Length, first.Iterations));
        Assert.NotEqual(first.Salt, Find(file, "noone").Salt);
        Assert.Null(first.UnfitKind);
    }

    [Fact]
    public void A_name_that_two_files_do_not_know_has_another_salt_in_each()
    {
        string line = $"ann:{Pbkdf2("secret", 123)}\n";

        Assert.NotEqual(Find(_folder.Write("one", line), "nobody").Salt, Find(_folder.Write("two", line), "nobody").Salt);
    }

    [Fact]
    public void A_user_whose_hash_does_not_fit_looks_like_one_that_nobody_has()
    {
        string file = _folder.Write("one", $"ann:{Pbkdf2("secret", 123)}\nbob:{Sha512("secret")}\n");

        ScramCredential bob = Find(file, "bob");

        Assert.Equal((12, 123), (Convert.FromBase64String(bob.Salt).Length, bob.Iterations));
        Assert.Equal(PasswordHashKind.Sha512, bob.UnfitKind);
    }

    [Fact]
    public void Where_nobody_has_a_fitting_hash_the_usual_iterations_are_named()
    {
        string file = _folder.Write("one", $"bob:{Sha512("secret")}\n");

        foreach (string name in (string[])["bob", "nobody"])
        {
            ScramCredential credential = Find(file, name);
            Assert.Equal((12, 1000), (Convert.FromBase64String(credential.Salt).Length, credential.Iterations));
        }
    }

    [Fact]
    public void A_reload_changes_what_is_proved()
    {
        string file = _folder.Write("one", $"ann:{Pbkdf2("secret", 123)}\n");
        BrokerOptions options = Options(file);
        using Authenticator authenticator = Authenticator.Create(options, new FakeTimeProvider()).Authenticator!;

        _folder.Write("one", $"ann:{Pbkdf2("other", 456)}\n");
        Assert.Empty(authenticator.Reload(options));

        Assert.Equal(456, authenticator.FindScram(options.Listeners[0].Security, "ann").Iterations);
    }

    private static ScramCredential Find(string file, string userName)
    {
        BrokerOptions options = Options(file);
        using Authenticator authenticator = Authenticator.Create(options, new FakeTimeProvider()).Authenticator!;
        return authenticator.FindScram(options.Listeners[0].Security, userName);
    }

    private static BrokerOptions Options(string file) =>
        new() { Listeners = [new ListenerOptions { Security = new() { PasswordFile = file } }] };

    private static PasswordHash Pbkdf2(string password, int iterations) =>
        PasswordHash.Create(PasswordHashKind.Sha512Pbkdf2, System.Text.Encoding.UTF8.GetBytes(password), iterations);

    private static PasswordHash Sha512(string password) =>
        PasswordHash.Create(PasswordHashKind.Sha512, System.Text.Encoding.UTF8.GetBytes(password));
}
