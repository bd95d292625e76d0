using Broker.Configuration;
using Broker.Configuration.Mosquitto;

namespace Broker.UnitTests.Configuration;

public sealed class IncludeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("broker-include-").FullName;

    private string Main => Path.Combine(_folder, "main.cfg");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private ConfigurationResult Load(string main, params (string Name, string Text)[] included)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "conf.d"));
        File.WriteAllText(Main, main.Replace("DIR", Path.Combine(_folder, "conf.d"), StringComparison.Ordinal));
        foreach ((string name, string text) in included) File.WriteAllText(Path.Combine(_folder, "conf.d", name), text);
        return MosquittoConfiguration.Load(Main, CommandLineOverrides.None);
    }

    [Fact]
    public void Files_are_read_by_name_without_regard_to_case_and_only_conf()
    {
        BrokerOptions options = Load(
            "listener 1\ninclude_dir DIR # here\nlistener 9\n",
            ("b.conf", "listener 4"), ("B.conf", "listener 3"), ("a.conf", "listener 2"), ("c.txt", "nonsense"),
            (".conf", "nonsense"), ("c.CONF", "nonsense")).Options!;

        Assert.Equal([1, 2, 3, 4, 9], options.Listeners.Select(listener => listener.Port));
    }

    [Fact]
    public void An_included_file_begins_without_a_listener_and_the_main_file_goes_on_with_its_own()
    {
        ConfigurationResult result = Load(
            "listener 1\ninclude_dir DIR\nmax_qos 1\n", ("a.conf", "mount_point x\n"), ("b.conf", "listener 2\nmax_qos 0\n"));

        ConfigurationDiagnostic error = Assert.Single(result.Diagnostics);
        Assert.Equal((Path.Combine(_folder, "conf.d", "a.conf"), 1, 1), (error.File, error.Line, error.Column));

        File.Delete(Path.Combine(_folder, "conf.d", "a.conf"));
        BrokerOptions options = MosquittoConfiguration.Load(Main, CommandLineOverrides.None).Options!;
        Assert.Equal([1, 0], options.Listeners.Select(listener => (int)listener.MaximumQos));
    }

    [Fact]
    public void An_included_file_cannot_include()
    {
        ConfigurationResult result = Load("include_dir DIR", ("a.conf", "include_dir /tmp"));

        Assert.Equal(
            "Error: The include_dir option is only valid in the main configuration file.",
            Assert.Single(result.Diagnostics).MosquittoText);
    }

    [Fact]
    public void A_missing_folder_is_an_error_at_its_place()
    {
        ConfigurationDiagnostic error = Assert.Single(Load("\n  include_dir DIR/no").Diagnostics);

        Assert.Equal((Main, 2, 15), (error.File, error.Line, error.Column));
        Assert.Equal($"Error: Unable to open include_dir '{_folder}/conf.d/no'.", error.MosquittoText);
    }

    [Fact]
    public void A_missing_file_is_an_error()
    {
        ConfigurationResult result = MosquittoConfiguration.Load("/no/such/file", CommandLineOverrides.None);

        Assert.Null(result.Options);
        Assert.Equal("Error: Unable to open config file '/no/such/file'.", Assert.Single(result.Diagnostics).MosquittoText);
    }

    [Fact]
    public void A_folder_is_no_file() => Assert.Equal(
        $"Error: Config file '{_folder}' is a directory.",
        Assert.Single(MosquittoConfiguration.Load(_folder, CommandLineOverrides.None).Diagnostics).MosquittoText);

    [Fact]
    public void Without_a_file_state_is_in_the_data_folder()
    {
        BrokerOptions options = MosquittoConfiguration.Load(null, CommandLineOverrides.None).Options!;

        Assert.Null(options.ConfigFile);
        Assert.Equal(new PersistenceOptions { IsEnabled = true, Location = "./data" }, options.Persistence);
    }

    [Fact]
    public void A_port_of_the_command_line_keeps_no_state() => Assert.False(
        MosquittoConfiguration.Load(null, new CommandLineOverrides { Ports = [1884] }).Options!.Persistence.IsEnabled);
}
