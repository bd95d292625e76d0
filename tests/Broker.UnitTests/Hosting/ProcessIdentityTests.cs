using Broker.Configuration;
using Broker.Hosting;

namespace Broker.UnitTests.Hosting;

public class ProcessIdentityTests
{
    private static ProcessIdentity Resolve(string? user, string? file, bool isRoot, params string[] accounts) =>
        ProcessIdentity.Resolve(
            new BrokerOptions { User = user, ConfigFile = file }, isRoot,
            name => accounts.Contains(name) ? new Account(name, 100, 100) : null);

    [Fact]
    public void A_process_that_is_not_root_stays_what_it_is()
    {
        ProcessIdentity identity = Resolve("nobody", "a.conf", isRoot: false);

        Assert.Equal((null, null, null), (identity.AccountName, identity.Warning, identity.Error));
        Assert.Null(identity.Apply());
    }

    [Fact]
    public void Root_becomes_the_user_of_the_file() =>
        Assert.Equal("mqtt", Resolve("mqtt", "a.conf", isRoot: true, "mqtt", "mosquitto").AccountName);

    [Fact]
    public void A_user_that_does_not_exist_is_an_error() => Assert.Equal(
        "Error: Unable to drop privileges to 'nosuch' because this user does not exist.",
        Resolve("nosuch", "a.conf", isRoot: true, "mosquitto").Error);

    [Fact]
    public void Without_a_user_root_becomes_mosquitto() =>
        Assert.Equal("mosquitto", Resolve(null, "a.conf", isRoot: true, "mosquitto").AccountName);

    [Fact]
    public void Without_a_user_and_without_mosquitto_root_stays_and_warns()
    {
        ProcessIdentity identity = Resolve(null, "a.conf", isRoot: true);

        Assert.Equal((null, null), (identity.AccountName, identity.Error));
        Assert.Contains("no account 'mosquitto'", identity.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public void User_root_stays_and_warns()
    {
        ProcessIdentity identity = Resolve("root", "a.conf", isRoot: true, "root");

        Assert.Null(identity.AccountName);
        Assert.NotNull(identity.Warning);
    }

    [Fact]
    public void Without_a_file_root_stays_without_a_word()
    {
        ProcessIdentity identity = Resolve(null, null, isRoot: true, "mosquitto");

        Assert.Equal((null, null, null), (identity.AccountName, identity.Warning, identity.Error));
    }

    [Fact]
    public void The_machine_knows_root_and_not_everybody()
    {
        Assert.Equal(new Account("root", 0, 0), NativeAccounts.Find("root"));
        Assert.Null(NativeAccounts.Find("no-such-account-here"));
    }

    [Fact]
    public void The_folders_of_a_running_program_are_readable_to_it() => Assert.Null(ProgramFolders.DescribeUnreadable("me"));
}
