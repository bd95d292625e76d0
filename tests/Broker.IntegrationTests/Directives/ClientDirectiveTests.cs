using System.Globalization;
using System.Net.Sockets;
using Broker.IntegrationTests.Fixtures;
using Broker.IntegrationTests.Reload;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Directives;

/// <summary>Directives whose effect clients of a started broker see, and what they see without it.</summary>
public sealed class ClientDirectiveTests
{
    [Fact, Directive("port"), Directive("bind_address")]
    public async Task The_older_words_for_a_listener_say_where_it_is()
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync(
            (port, _) => $"port {port}\nbind_address 127.0.0.2\nallow_anonymous true\n");

        await using TestClient client = await OpenAsync("127.0.0.2", broker.Port);
        await client.ConnectAsync("bound");
        await Assert.ThrowsAsync<SocketException>(() => OpenAsync("127.0.0.1", broker.Port));
    }

    [FactWithInterface, Directive("bind_interface")]
    public async Task Clients_get_in_by_the_interface_of_a_listener_and_by_no_other()
    {
        int here = FreePorts.Take();
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync((port, _) => $"""
            allow_anonymous true
            listener {port}
            bind_interface {FactWithInterfaceAttribute.Outward}
            listener {here}
            bind_interface {FactWithInterfaceAttribute.Loopback}

            """);

        await using TestClient client = await OpenAsync("127.0.0.1", here);
        await client.ConnectAsync("near");
        await Assert.ThrowsAsync<SocketException>(() => OpenAsync("127.0.0.1", broker.Port));
    }

    [Fact]
    public async Task An_interface_that_is_not_there_is_named()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("mosquitto.conf", $"listener {FreePorts.Take()} 127.0.0.1\nbind_interface nosuch0\n");

        await using ChildProcess broker = BrokerProcess.Launch(["-c", file]);

        Assert.Equal(1, await broker.WaitForExitAsync());
        Assert.Contains("bind_interface nosuch0", broker.Lines.ToString(), StringComparison.Ordinal);
    }

    [Theory, Directive("socket_domain")]
    [InlineData("ipv4", "127.0.0.1", "::1")]
    [InlineData("ipv6", "::1", "127.0.0.1")]
    public async Task A_listener_can_be_for_one_family(string domain, string served, string other)
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync(
            (port, _) => $"listener {port}\nsocket_domain {domain}\nallow_anonymous true\n");

        await using TestClient client = await OpenAsync(served, broker.Port);
        await client.ConnectAsync("family");
        await Assert.ThrowsAsync<SocketException>(() => OpenAsync(other, broker.Port));
    }

    [Fact]
    [Directive("auto_id_prefix"), Directive("listener_auto_id_prefix"), Directive("listener_allow_anonymous")]
    public async Task Listeners_name_and_let_in_those_without_a_name_each_in_its_way()
    {
        int[] ports = [FreePorts.Take(), FreePorts.Take()];
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync((port, _) => $"""
            allow_anonymous true
            auto_id_prefix every-
            listener {port} 127.0.0.1
            listener {ports[0]} 127.0.0.1
            listener_auto_id_prefix own-
            listener {ports[1]} 127.0.0.1
            listener_allow_anonymous false

            """);

        Assert.StartsWith("every-", (await AskAsync(broker.Port)).AssignedClientIdentifier, StringComparison.Ordinal);
        Assert.StartsWith("own-", (await AskAsync(ports[0])).AssignedClientIdentifier, StringComparison.Ordinal);
        Assert.Equal(ReasonCode.NotAuthorized, (await AskAsync(ports[1])).ReasonCode);
    }

    [Theory, Directive("per_listener_settings")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Security_options_are_one_listeners_or_everybodys(bool isPerListener)
    {
        int second = FreePorts.Take();
        string first = isPerListener ? "true" : "false";
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync((port, _) =>
            $"per_listener_settings {first}\nlistener {port} 127.0.0.1\nallow_anonymous true\nlistener {second} 127.0.0.1\n");

        Assert.Equal(ReasonCode.Success, (await AskAsync(broker.Port)).ReasonCode);
        Assert.Equal(isPerListener ? ReasonCode.NotAuthorized : ReasonCode.Success, (await AskAsync(second)).ReasonCode);
    }

    [Fact, Demand("G7")]
    public async Task A_session_of_a_user_is_found_on_another_port()
    {
        using TemporaryFolder store = new();
        store.OpenToAll();
        string passwords = store.Write("users", "ann:pw\n");
        Func<Task<ConfiguredBroker>> start = () => ConfiguredBroker.StartAsync((port, _) =>
            $"per_listener_settings true\nallow_plain_text_passwords true\npersistence true\npersistence_location {store.Path}/\n"
            + $"listener {port} 127.0.0.1\npassword_file {passwords}\n");

        bool[] present = new bool[2];
        for (int i = 0; i < present.Length; i++)
        {
            await using ConfiguredBroker broker = await start();
            await using TestClient client = await TestClient.OverTcpAsync(broker.Port);
            ConnAckPacket answer = await client.ConnectAsync("ann", packet => packet with
            {
                CleanStart = false, UserName = "ann", Password = ReloadedBroker.Bytes("pw"),
            });
            present[i] = answer.SessionPresent;
            Assert.Equal(0, await broker.Process.StopAsync());
        }
        Assert.Equal([false, true], present);
    }

    [Fact, Directive("allow_plain_text_passwords"), Demand("H4")]
    public async Task A_secret_of_plain_passwords_lets_its_users_in_and_is_not_written_to()
    {
        const string Secret = "ann:in clear: with a colon\n";
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync((port, folder) =>
            $"listener {port} 127.0.0.1\npassword_file {folder.Write("users", Secret)}\nallow_plain_text_passwords true\n");

        Assert.Equal(ReasonCode.Success, (await AskAsync(broker.Port, "ann", "in clear: with a colon")).ReasonCode);
        Assert.NotEqual(ReasonCode.Success, (await AskAsync(broker.Port, "ann", "in clear")).ReasonCode);
        Assert.Equal(Secret, await File.ReadAllTextAsync(broker.Folder.File("users")));
    }

    [Theory]
    [Directive("plugin"), Directive("global_plugin"), Directive("plugin_load"), Directive("plugin_use")]
    [Directive("plugin_opt_*")]
    [InlineData("plugin /usr/lib/mosquitto_password_file.so\nplugin_opt_password_file {0}\nlistener {1} 127.0.0.1\n")]
    [InlineData("global_plugin mosquitto_password_file.so\nplugin_opt_password_file {0}\nlistener {1} 127.0.0.1\n")]
    [InlineData("plugin_load p mosquitto_password_file.so\nplugin_opt_password_file {0}\nlistener {1} 127.0.0.1\nplugin_use p\n")]
    public async Task A_password_file_comes_by_its_plugin_too(string form)
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync((port, folder) =>
            string.Format(CultureInfo.InvariantCulture, form, folder.Write("users", "ann:pw\n"), port)
            + "allow_plain_text_passwords true\n");

        Assert.Equal(ReasonCode.Success, (await AskAsync(broker.Port, "ann", "pw")).ReasonCode);
        Assert.NotEqual(ReasonCode.Success, (await AskAsync(broker.Port, "ann", "wrong")).ReasonCode);
    }

    [Fact, Directive("include_dir")]
    public async Task Files_of_a_folder_are_read_as_if_they_stood_there()
    {
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync((port, folder) =>
        {
            Directory.CreateDirectory(folder.File("conf.d"));
            folder.Write("conf.d/a.conf", "allow_anonymous true\n");
            folder.Write("conf.d/other.txt", "no directive\n");
            return $"listener {port} 127.0.0.1\ninclude_dir {folder.File("conf.d")}\n";
        });

        Assert.Equal(ReasonCode.Success, (await AskAsync(broker.Port)).ReasonCode);
    }

    [Fact, Directive("will_grace")]
    public async Task The_will_of_a_client_that_does_not_come_back_after_a_crash_goes_out_when_its_grace_is_over()
    {
        TemporaryFolder store = new();
        store.OpenToAll();
        using TemporaryFolder removed = store;
        string lines = $"persistence true\npersistence_location {store.Path}/\nwill_grace 1";
        await using (ConfiguredBroker first = await ConfiguredBroker.StartOpenAsync(lines))
        {
            await using TestClient mortal = await TestClient.OverTcpAsync(first.Port);
            await mortal.ConnectAsync("mortal", packet => packet with
            {
                CleanStart = false,
                Will = new WillMessage { Topic = "gone", Payload = "mortal"u8.ToArray(), Retain = true },
            });
            await first.Process.KillAsync();
        }

        await using ConfiguredBroker second = await ConfiguredBroker.StartOpenAsync(lines);
        await using TestClient watcher = await TestClient.OverTcpAsync(second.Port);
        await watcher.ConnectAsync("watcher");
        await watcher.SubscribeAsync("gone");

        await watcher.ExpectPublishAsync("gone", "mortal");
    }

    private static async Task<TestClient> OpenAsync(string address, int port)
    {
        var tcp = new TcpClient(address.Contains(':', StringComparison.Ordinal)
            ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork);
        await tcp.ConnectAsync(address, port);
        return TestClient.Over(tcp.GetStream());
    }

    private static async Task<ConnAckPacket> AskAsync(int port, string? name = null, string? password = null)
    {
        await using TestClient client = await TestClient.OverTcpAsync(port, ProtocolVersion.Mqtt50);
        return await client.TryConnectAsync("", packet => packet with
        {
            UserName = name,
            Password = password is null ? null : ReloadedBroker.Bytes(password),
        });
    }
}
