using Broker.IntegrationTests.Clients;
using Broker.IntegrationTests.Fixtures;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Reload;

/// <summary>
/// Secrets as the kubelet mounts them: each file is a link through <c>..data</c>, which is a link to the folder of a generation
/// and is replaced in one step.
/// </summary>
public sealed class MountedSecretTests
{
    private static readonly string[] Files = ["passwords", "acl", "server.crt", "server.key", "ca.crt"];

    [Fact, Demand("H1")]
    public async Task Passwords_access_lists_and_certificates_of_the_next_generation_are_taken_and_open_modes_are_told()
    {
        int secure = FreePorts.Take();
        await using ConfiguredBroker broker = await ConfiguredBroker.StartAsync((port, folder) =>
        {
            WriteGeneration(folder, "..first", "ann:one\n", "user ann\ntopic write a\n", passwordMode: "0644");
            Directory.CreateSymbolicLink(folder.File("..data"), "..first");
            foreach (string name in Files) File.CreateSymbolicLink(folder.File(name), $"..data/{name}");
            return $"""
                password_file {folder.File("passwords")}
                allow_plain_text_passwords true
                acl_file {folder.File("acl")}
                listener {port} 127.0.0.1
                listener {secure} 127.0.0.1
                certfile {folder.File("server.crt")}
                keyfile {folder.File("server.key")}

                """;
        });
        string link = broker.Folder.File("passwords");
        string target = broker.Folder.File("..data/passwords");
        await broker.Process.Log.WaitForAsync(
            $"password_file {link}, a link to {target}, is open to every account of this machine (mode 0644): "
            + $"chmod o-rwx {target}.");
        await PublishOverTlsAsync(broker, secure, "..first", "one", "a");
        Assert.Equal(ReasonCode.NotAuthorized, await PublishAsync(broker.Port, "one", "b"));

        WriteGeneration(broker.Folder, "..second", "ann:two\n", "user ann\ntopic write b\n", passwordMode: "0644");
        Directory.CreateSymbolicLink(broker.Folder.File("..next"), "..second");
        Assert.Equal(0, (await ProcessRun.OfAsync(
            "mv", ["-T", broker.Folder.File("..next"), broker.Folder.File("..data")])).ExitCode);
        broker.Process.Reload();
        await broker.Process.Log.WaitForAsync("Config reloaded from ");

        await PublishOverTlsAsync(broker, secure, "..second", "two", "b");
        Assert.Equal(ReasonCode.NotAuthorized, await PublishAsync(broker.Port, "two", "a"));
        await using TestClient old = await TestClient.OverTcpAsync(broker.Port, ProtocolVersion.Mqtt50);
        ConnAckPacket answer = await old.TryConnectAsync(
            "ann", packet => packet with { UserName = "ann", Password = ReloadedBroker.Bytes("one") });
        Assert.Equal(ReasonCode.NotAuthorized, answer.ReasonCode);
    }

    // The authority is another in each generation: who trusts it alone sees which certificate is served.
    private static Task PublishOverTlsAsync(
        ConfiguredBroker broker, int port, string generation, string password, string topic) => MosquittoPub.SendAsync(
        new Endpoint(port)
        {
            Host = "localhost",
            CaFile = broker.Folder.File($"{generation}/ca.crt"),
            User = ("ann", password),
        },
        topic, "x", 1);

    private static async Task<ReasonCode> PublishAsync(int port, string password, string topic)
    {
        await using TestClient client = await TestClient.OverTcpAsync(port, ProtocolVersion.Mqtt50);
        await client.ConnectAsync(
            "ann", packet => packet with { UserName = "ann", Password = ReloadedBroker.Bytes(password) });
        await client.PublishAsync(new OutgoingPublish(topic, "x", QualityOfService.AtLeastOnce));
        return (await client.ReadAsync<AckPacket>()).ReasonCode;
    }

    private static void WriteGeneration(
        TemporaryFolder folder, string name, string passwords, string list, string passwordMode)
    {
        Directory.CreateDirectory(folder.File(name));
        CertificateFiles.CreateIn(folder.File(name));
        folder.Write($"{name}/passwords", passwords);
        folder.Write($"{name}/acl", list);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder.File($"{name}/passwords"), (UnixFileMode)Convert.ToInt32(passwordMode, 8));
    }
}
