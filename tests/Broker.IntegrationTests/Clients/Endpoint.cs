using Broker.IntegrationTests.Fixtures;

namespace Broker.IntegrationTests.Clients;

/// <summary>Where and as whom mosquitto's tools connect: the options that all of them share.</summary>
internal sealed record Endpoint(int Port)
{
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>-V: mqttv31, mqttv311 or mqttv5.</summary>
    public string Version { get; init; } = "mqttv311";

    public string? CaFile { get; init; }

    public (string Certificate, string Key)? ClientCertificate { get; init; }

    public (string Name, string Password)? User { get; init; }

    /// <summary>--unix: path of a socket, instead of host and port.</summary>
    public string? UnixPath { get; init; }

    /// <summary>The listener of the sample file that is named so: mqtt or mqtts.</summary>
    public static Endpoint Of(SampleBroker broker, string listener = "mqtt", string version = "mqttv311") =>
        listener == "mqtts"
            ? new Endpoint(broker.MqttsPort) { Version = version, Host = "localhost", CaFile = broker.Certificates.Authority }
            : new Endpoint(broker.MqttPort) { Version = version };

    public IEnumerable<string> Arguments()
    {
        List<string> arguments = UnixPath is null
            ? ["-h", Host, "-p", Port.ToString(System.Globalization.CultureInfo.InvariantCulture)]
            : ["--unix", UnixPath];
        arguments.AddRange(["-V", Version]);
        if (CaFile is not null) arguments.AddRange(["--cafile", CaFile]);
        if (ClientCertificate is { } client) arguments.AddRange(["--cert", client.Certificate, "--key", client.Key]);
        if (User is { } user) arguments.AddRange(["-u", user.Name, "-P", user.Password]);
        return arguments;
    }
}
