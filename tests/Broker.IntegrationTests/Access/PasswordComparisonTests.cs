using System.Text;
using Broker.IntegrationTests.Fixtures;
using Broker.Protocol.Packets;
using Broker.TestKit;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Access;

/// <summary>Debian's mosquitto and the broker let the same users in by a file of mosquitto_passwd.</summary>
public sealed class PasswordComparisonTests
{
    private static readonly string[] Passwords = ["secret", "pässwörd", "with space", "co:lon", "$6$like$this", "x"];
    private static readonly string?[] Tried = [null, "", .. Passwords];
    private static readonly string?[] Names = [null, "", "ann", "bob", "ä b", "ann ", "Ann", "nobody"];

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    [InlineData(0, true)]
    public async Task Both_let_the_same_users_in(int seed, bool allowAnonymous)
    {
        if (seed == 0) seed = Random.Shared.Next();
        var random = new Random(seed);
        using var folder = new TemporaryFolder();
        folder.OpenToAll();
        await WriteAsync(folder.File("passwords"), random);
        (int theirs, int ours) = (FreePorts.Take(), FreePorts.Take());
        await using MosquittoProcess mosquitto = await MosquittoProcess.StartAsync(Configure(folder, theirs, allowAnonymous));
        await using BrokerProcess broker = await BrokerProcess.StartAsync(Configure(folder, ours, allowAnonymous));

        foreach (string? name in Names)
        {
            foreach (string? password in Tried)
            {
                // Before 5.0 a password without a name is no CONNECT.
                if (name is null && password is not null) continue;
                string expected = await TryAsync(theirs, name, password);
                string answered = await TryAsync(ours, name, password);
                Assert.True(expected == answered, $"seed {seed}: '{name}' '{password}': {expected}, {answered}");
            }
        }
    }

    private static async Task WriteAsync(string path, Random random)
    {
        string[] users = ["ann", "bob", "ä b"];
        await PasswordFiles.CreateAsync(path, users[0], Passwords[random.Next(Passwords.Length)]);
        foreach (string user in users[1..])
        {
            string kind = random.Next(2) == 0 ? "sha512" : "sha512-pbkdf2";
            ProcessRun run = await ProcessRun.OfAsync(
                "mosquitto_passwd", ["-H", kind, "-b", path, user, Passwords[random.Next(Passwords.Length)]]);
            Assert.True(run.ExitCode == 0, run.ToString());
        }
    }

    private static string Configure(TemporaryFolder folder, int port, bool allowAnonymous) => folder.Write(
        $"{port}.conf",
        $"listener {port} 127.0.0.1\nallow_anonymous {(allowAnonymous ? "true" : "false")}\nuser root\n"
        + $"password_file {folder.File("passwords")}\n");

    // The reason code of CONNACK, or that there was none.
    private static async Task<string> TryAsync(int port, string? name, string? password)
    {
        await using TestClient client = await TestClient.OverTcpAsync(port);
        string reason = "";
        Exception? closed = await Record.ExceptionAsync(async () =>
        {
            ConnAckPacket answer = await client.TryConnectAsync("c", packet => packet with
            {
                UserName = name,
                Password = password is null ? null : Encoding.UTF8.GetBytes(password),
            });
            reason = answer.ReasonCode.ToString();
        });
        return closed is null ? reason : closed.Message;
    }
}
