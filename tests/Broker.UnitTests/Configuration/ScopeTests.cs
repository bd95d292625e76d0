using Broker.Configuration;
using Broker.Configuration.Mosquitto;

namespace Broker.UnitTests.Configuration;

public class ScopeTests
{
    private static (int, string?)[] Ends(BrokerOptions options) =>
        [.. options.Listeners.Select(listener => (listener.Port, listener.Address))];

    [Fact]
    public void Without_a_listener_only_this_machine_may_connect_and_without_a_name()
    {
        BrokerOptions options = Reading.Options("");

        Assert.Equal([(1883, "127.0.0.1"), (1883, "::1")], Ends(options));
        Assert.All(options.Listeners, listener => Assert.True(listener.Security.AllowAnonymous));
    }

    [Fact]
    public void Allow_anonymous_false_holds_on_this_machine_too() => Assert.All(
        Reading.Options("allow_anonymous false").Listeners, listener => Assert.False(listener.Security.AllowAnonymous));

    [Fact]
    public void With_a_listener_names_are_required_unless_said_otherwise()
    {
        Assert.False(Reading.Listener("listener 1").Security.AllowAnonymous);
        Assert.True(Reading.Listener("listener 1\nallow_anonymous true").Security.AllowAnonymous);
        Assert.True(Reading.Listener("allow_anonymous true\nlistener 1").Security.AllowAnonymous);
    }

    [Fact]
    public void Ports_of_the_command_line_count_only_without_a_listener()
    {
        var overrides = new CommandLineOverrides { Ports = [1885, 1886] };

        Assert.Equal(
            [(1885, "127.0.0.1"), (1885, "::1"), (1886, "127.0.0.1"), (1886, "::1")],
            Ends(Reading.Options("max_qos 1", overrides)));
        Assert.Equal([(1884, null)], Ends(Reading.Options("listener 1884", overrides)));
        Assert.Equal([(1884, null)], Ends(Reading.Options("port 1884", overrides)));
        Assert.Equal([(1883, "::1")], Ends(Reading.Options("bind_address ::1", overrides)));
    }

    [Fact]
    public void The_old_port_and_bind_address_make_one_listener()
    {
        BrokerOptions options = Reading.Options("bind_address ::1\nport 1884\nmax_qos 1\ncafile a\ncertfile b\nkeyfile c");

        ListenerOptions listener = Assert.Single(options.Listeners);
        Assert.Equal((1884, "::1", "a"), (listener.Port, listener.Address, listener.Tls!.CaFile));
        Assert.False(listener.Security.AllowAnonymous);
    }

    [Fact]
    public void The_old_port_adds_to_the_listeners() =>
        Assert.Equal([(1884, null), (1885, null)], Ends(Reading.Options("listener 1884\nport 1885")));

    [Fact]
    public void A_listener_option_above_the_listener_opens_one_more_and_both_lines_are_named()
    {
        const string Text = "# limits\nmax_connections 5\n\nlistener 1884\n";

        Assert.Equal([(1883, null), (1884, null)], Ends(Reading.Options(Text)));
        Assert.Equal([5, -1], Reading.Options(Text).Listeners.Select(listener => listener.ConnectionsMax));
        Assert.Equal(
            [
                "a.conf:2:1: warning: 'max_connections' stands before any listener and so opens one more, on port 1883, as in "
                    + "mosquitto; if it is meant for the listener at a.conf:4, move it below that line",
            ],
            Reading.Warnings(Text));
    }

    [Fact]
    public void A_listener_option_without_any_listener_stays_on_this_machine()
    {
        BrokerOptions options = Reading.Options("max_connections 5");

        Assert.Equal([(1883, "127.0.0.1"), (1883, "::1")], Ends(options));
        Assert.All(options.Listeners, listener => Assert.Equal(5, listener.ConnectionsMax));
        Assert.StartsWith("a.conf:1:1: note: ", Assert.Single(Reading.Remarks("max_connections 5")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_listener_option_belongs_to_the_listener_above_it() => Assert.Equal(
        [1, 2, -1],
        Reading.Options("listener 1\nmax_connections 1\nlistener 2\nmax_connections 2\nlistener 3\n")
            .Listeners.Select(listener => listener.ConnectionsMax));

    [Fact]
    public void The_default_listener_is_not_one_that_versions_can_be_restricted_on() =>
        Assert.NotEmpty(Reading.Errors("port 1884\naccept_protocol_versions 5"));

    [Fact]
    public void Global_security_options_hold_for_all_listeners_wherever_they_stand()
    {
        BrokerOptions options = Reading.Options(
            "listener 1\npassword_file /a\nallow_zero_length_clientid false\n"
            + "listener 2\nauto_id_prefix x-\nclientid_prefixes dev\n");

        Assert.All(options.Listeners, listener =>
        {
            Assert.Equal(("/a", "x-"), (listener.Security.PasswordFile, listener.Security.AutoIdPrefix));
            Assert.False(listener.Security.AllowZeroLengthClientId);
            Assert.Equal("dev", Assert.Single(listener.Security.ClientIdPrefixes));
        });
    }

    [Fact]
    public void Allow_anonymous_that_looks_like_one_listeners_warns()
    {
        Assert.Contains(
            "'listener_allow_anonymous' is for one listener",
            Assert.Single(Reading.Warnings("listener 1\nlistener 2\nallow_anonymous true")), StringComparison.Ordinal);
        Assert.Empty(Reading.Warnings("listener 1\nallow_anonymous true"));
    }

    [Fact]
    public void The_new_listener_forms_win_over_the_global_ones()
    {
        BrokerOptions options = Reading.Options(
            "allow_anonymous false\nauto_id_prefix g-\n"
            + "listener 1\nlistener_allow_anonymous true\nlistener_auto_id_prefix l-\nlistener 2\n");

        Assert.Equal([true, false], options.Listeners.Select(listener => listener.Security.AllowAnonymous));
        Assert.Equal(["l-", "g-"], options.Listeners.Select(listener => listener.Security.AutoIdPrefix));
    }

    [Fact]
    public void Under_per_listener_settings_each_listener_has_its_own_security_options()
    {
        BrokerOptions options = Reading.Options(
            "per_listener_settings true\nlistener 1\nallow_anonymous true\nlistener 2\npassword_file /a\n");

        Assert.Equal([true, false], options.Listeners.Select(listener => listener.Security.AllowAnonymous));
        Assert.Equal([null, "/a"], options.Listeners.Select(listener => listener.Security.PasswordFile));
    }

    [Fact]
    public void Under_per_listener_settings_a_security_option_needs_a_listener() => Assert.Contains(
        "Error: The 'allow_anonymous' option requires a listener to be defined first.",
        Reading.Errors("per_listener_settings true\nallow_anonymous true\nlistener 1\n"));

    [Fact]
    public void Per_listener_settings_comes_before_every_security_option()
    {
        const string Sentence = "Error: per_listener_settings must be set before any other security settings.";

        Assert.Contains(Sentence, Reading.Errors("allow_anonymous true\nper_listener_settings true\nlistener 1\n"));
        Assert.Empty(Reading.Errors("allow_anonymous true\nper_listener_settings false\nlistener 1\n"));
        Assert.Empty(Reading.Errors("max_keepalive 1\nlistener 1\nper_listener_settings true\n"));
    }

    [Fact]
    public void Per_listener_settings_cannot_be_taken_back() => Assert.Equal(
        [true, false],
        Reading.Options("per_listener_settings true\nper_listener_settings false\nlistener 1\nallow_anonymous true\nlistener 2\n")
            .Listeners.Select(listener => listener.Security.AllowAnonymous));

    [Fact]
    public void A_bridge_section_does_not_close_the_listener_section() => Assert.Equal(
        1, Reading.Listener("listener 1\nconnection a\naddress b\ntopic c\nmax_connections 1\n").ConnectionsMax);
}
