using Broker.Configuration;

namespace Broker.UnitTests.Configuration;

/// <summary>The plugins that come with mosquitto are built in.</summary>
public class PluginBindingTests
{
    private static (string? Password, string? Acl)[] Files(string text) =>
        [.. Reading.Options(text).Listeners.Select(one => (one.Security.PasswordFile, one.Security.AclFile))];

    [Theory]
    [InlineData("plugin /usr/lib/mosquitto_acl_file.so\nplugin_opt_acl_file /a\nlistener 1")]
    [InlineData("listener 1\nplugin mosquitto_acl_file.dll\nplugin_opt_acl_file /a")]
    [InlineData("global_plugin C:\\m\\mosquitto_acl_file.dll\nplugin_opt_acl_file /a\nlistener 1")]
    [InlineData("per_listener_settings true\nlistener 1\nauth_plugin /x/mosquitto_acl_file.so\nauth_opt_acl_file /a")]
    [InlineData("plugin_load acl /x/mosquitto_acl_file.so\nplugin_opt_acl_file /a\nlistener 1\nplugin_use acl")]
    public void The_acl_file_plugin_is_acl_file(string text) => Assert.Equal([(null, "/a")], Files(text));

    [Fact]
    public void Each_listener_may_use_its_own()
    {
        const string Text =
            "plugin_load p1 mosquitto_password_file.so\nplugin_opt_password_file /p1\n"
            + "plugin_load a1 mosquitto_acl_file.so\nplugin_opt_acl_file /a1\n"
            + "plugin_load a2 mosquitto_acl_file.so\nplugin_opt_acl_file /a2\n"
            + "listener 1\nplugin_use p1\nplugin_use a1\nlistener 2\nplugin_use a2\nlistener 3\n";

        Assert.Equal([("/p1", "/a1"), (null, "/a2"), (null, null)], Files(Text));
    }

    [Fact]
    public void A_global_plugin_holds_for_all_under_per_listener_settings_too() => Assert.Equal(
        [("/p", "/a"), (null, "/a")],
        Files("per_listener_settings true\nglobal_plugin mosquitto_acl_file.so\nplugin_opt_acl_file /a\n"
            + "listener 1\npassword_file /p\nlistener 2\n"));

    [Fact]
    public void The_persist_sqlite_plugin_switches_persistence_on()
    {
        Assert.True(Reading.Options("plugin mosquitto_persist_sqlite.so\nlistener 1").Persistence.IsEnabled);
        PersistenceOptions options = Reading.Options(
            "plugin mosquitto_persist_sqlite.so\nplugin_opt_db_file /d/m.sqlite3\nplugin_opt_sync off\nlistener 1").Persistence;
        Assert.Equal((true, "sqlite:/d/m.sqlite3.broker"), (options.IsEnabled, options.StoreLocation));
    }

    [Theory]
    [InlineData("plugin /x/mosquitto_dynamic_security.so", "a.conf:1:1: error: 'plugin' is not supported yet: ")]
    [InlineData("plugin mosquitto_acl_file.so",
        "a.conf:1:1: error: the plugin mosquitto_acl_file.so needs a file: put 'plugin_opt_acl_file PATH' below this line")]
    [InlineData("acl_file /a\nplugin mosquitto_acl_file.so\nplugin_opt_acl_file /b",
        "a.conf:3:1: error: there is an acl_file already, at a.conf:1: a listener has one")]
    [InlineData("acl_file /a\nplugin_load x mosquitto_acl_file.so\nplugin_opt_acl_file /b\nlistener 1\nplugin_use x",
        "a.conf:3:1: error: there is an acl_file for all listeners already, at a.conf:1: a listener has one")]
    [InlineData("listener 1\nplugin_use x", "a.conf:2:12: error: there is no 'plugin_load x PATH' above this line")]
    [InlineData("plugin_load x", "a.conf:1:14: error: 'plugin_load' takes a name and a path")]
    [InlineData("plugin_load x mosquitto_acl_file.so\nplugin_opt_acl_file /b\nplugin_load x mosquitto_acl_file.so",
        "a.conf:3:13: error: there is a plugin 'x' already, at a.conf:1")]
    public void A_plugin_that_would_not_decide_is_an_error(string text, string error) => Assert.Contains(
        Reading.Errors(text), line => line.StartsWith(error, StringComparison.Ordinal));

    [Theory]
    [InlineData("plugin_load x mosquitto_acl_file.so\nplugin_opt_acl_file /b",
        "a.conf:1:1: warning: the plugin mosquitto_acl_file.so is loaded, and no listener has a 'plugin_use' for it")]
    [InlineData("plugin mosquitto_acl_file.so\nplugin_opt_acl_file /b\nplugin_opt_path /c",
        "a.conf:3:1: warning: 'plugin_opt_path' has no effect: mosquitto_acl_file.so knows acl_file")]
    public void What_has_no_effect_is_a_warning(string text, string warning) => Assert.Contains(warning, Reading.Warnings(text));
}
