using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.RealClients;

/// <summary>Programs with other people's client libraries, which are in this project's folders js, python and c.</summary>
internal static class ClientPrograms
{
    public const string MqttJs = "MQTT.js";
    public const string PahoPython = "Paho Python";
    public const string PahoC = "Paho C";

    private const string Project = "tests/Broker.IntegrationTests";
    private const string Python = "/usr/bin/python3";
    private const string PahoCHeader = "/usr/include/MQTTAsync.h";

    /// <summary>All of them.</summary>
    public static readonly string[] Names = [MqttJs, PahoPython, PahoC];

    private static readonly Lazy<Task<ClientProgram>> OfMqttJs = new(FindMqttJsAsync);
    private static readonly Lazy<Task<ClientProgram>> OfPahoPython = new(FindPahoPythonAsync);
    private static readonly Lazy<Task<ClientProgram>> OfPahoC = new(CompilePahoCAsync);

    /// <summary>A program that is there, ready to run.</summary>
    /// <exception cref="InvalidOperationException">Something has to be installed; the message says what.</exception>
    public static Task<ClientProgram> FindAsync(string name) => name switch
    {
        MqttJs => OfMqttJs.Value,
        PahoPython => OfPahoPython.Value,
        PahoC => OfPahoC.Value,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such client"),
    };

    private static Task<ClientProgram> FindMqttJsAsync()
    {
        string script = InSources("js/client.mjs");
        if (!Directory.Exists(Path.Combine(Path.GetDirectoryName(script)!, "node_modules", "mqtt")))
            throw Missing("MQTT.js", $"run npm ci in {Project}/js");
        if (FindOnPath("node") is not { } node) throw Missing("node", "install nodejs");
        return Task.FromResult(new ClientProgram(node, script));
    }

    // Debian's own Python, for whose packages python3-paho-mqtt is; another one may come first on the PATH.
    private static async Task<ClientProgram> FindPahoPythonAsync()
    {
        if (!File.Exists(Python)) throw Missing(Python, "install python3-paho-mqtt");
        ProcessRun run = await ProcessRun.OfAsync(Python, ["-c", "import paho.mqtt.client"]);
        if (run.ExitCode != 0) throw Missing("Paho for Python", "install python3-paho-mqtt");
        return new ClientProgram(Python, InSources("python/client.py"));
    }

    private static async Task<ClientProgram> CompilePahoCAsync()
    {
        if (FindOnPath("gcc") is not { } compiler) throw Missing("gcc", "install gcc and libc6-dev");
        if (!File.Exists(PahoCHeader)) throw Missing(PahoCHeader, "install libpaho-mqtt-dev");
        string output = Path.Combine(AppContext.BaseDirectory, "paho-c-client");
        ProcessRun run = await ProcessRun.OfAsync(compiler,
        [
            "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", InSources("c/client.c"), "-o", output,
            "-lpaho-mqtt3as", "-lpthread",
        ]);
        Assert.True(run.ExitCode == 0, $"gcc: {run}");
        return new ClientProgram(output);
    }

    private static InvalidOperationException Missing(string what, string how) =>
        new($"{what} is not there: {how} (test.sh does).");

    private static string? FindOnPath(string name) =>
        Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>A file of this project in the source tree, where npm puts its packages as well.</summary>
    private static string InSources(string name)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, Project, name)))
                return Path.Combine(folder.FullName, Project, name);
        throw new InvalidOperationException($"{Project}/{name} is in no folder above the tests.");
    }
}

/// <summary>What is run: a program, and the arguments before those of a scenario.</summary>
internal sealed record ClientProgram(string FileName, params string[] Arguments)
{
    /// <summary>Starts a scenario.</summary>
    public ChildProcess Start(string scenario, string url, int version, string authority, string id) =>
        ChildProcess.Start(FileName, [.. Arguments, scenario, url, $"{version}", authority, id]);
}
