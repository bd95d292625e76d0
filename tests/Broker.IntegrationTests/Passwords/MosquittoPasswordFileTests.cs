using System.Globalization;
using System.Text;
using Broker.Cli;
using Broker.Configuration;
using Broker.Security;
using Broker.TestKit.Processes;

namespace Broker.IntegrationTests.Passwords;

/// <summary>Password files go both ways between this broker and the mosquitto of Debian.</summary>
public sealed class MosquittoPasswordFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sha512-pbkdf2")]
    [InlineData("sha512")]
    public async Task Mosquitto_accepts_what_broker_passwd_writes(string kind)
    {
        string passwords = _folder.File("passwords");
        Assert.Equal(0, Passwd("-H", kind, "-c", "-b", passwords, "ann", "pässword"));
        Assert.Equal(0, Passwd("-H", kind, "-b", passwords, "bob", "other"));

        Assert.Equal((0, 5, 5, 0), await MosquittoAnswers(passwords));
    }

    [Fact]
    public async Task Mosquitto_accepts_a_plain_file_that_broker_passwd_hashed()
    {
        string passwords = _folder.Write("passwords", "ann:pässword\nbob:other\n");
        Assert.Equal(0, Passwd("-U", passwords));

        Assert.Equal((0, 5, 5, 0), await MosquittoAnswers(passwords));
    }

    [Theory]
    [InlineData("sha512-pbkdf2")]
    [InlineData("sha512")]
    public async Task The_broker_accepts_what_mosquitto_passwd_writes(string kind)
    {
        string passwords = _folder.File("passwords");
        await MosquittoPasswd("-H", kind, "-c", "-b", passwords, "ann", "pässword");
        await MosquittoPasswd("-H", kind, "-b", passwords, "bob", "other");
        ListenerSecurityOptions security = new() { PasswordFile = passwords };
        BrokerOptions options = new() { Listeners = [new ListenerOptions { Security = security }] };
        using Authenticator authenticator = Authenticator.Create(options, TimeProvider.System).Authenticator!;

        Assert.Equal(AuthenticationOutcome.Allowed, await Ask("ann", "pässword"));
        Assert.Equal(AuthenticationOutcome.BadUserNameOrPassword, await Ask("ann", "other"));
        Assert.Equal(AuthenticationOutcome.BadUserNameOrPassword, await Ask("cleo", "other"));
        Assert.Equal(AuthenticationOutcome.Allowed, await Ask("bob", "other"));

        Task<AuthenticationOutcome> Ask(string user, string password) =>
            authenticator.AuthenticateAsync(security, user, Encoding.UTF8.GetBytes(password), default).AsTask();
    }

    [Fact]
    public async Task Mosquitto_passwd_and_broker_passwd_change_the_same_file_in_turn()
    {
        string passwords = _folder.File("passwords");
        await MosquittoPasswd("-c", "-b", passwords, "ann", "first");
        Assert.Equal(0, Passwd("-b", passwords, "bob", "other"));
        await MosquittoPasswd("-b", passwords, "ann", "pässword");

        Assert.Equal((0, 5, 5, 0), await MosquittoAnswers(passwords));
        Assert.Equal(2, PasswordFile.Load(passwords).File!.Count);
    }

    [Theory]
    [InlineData("-D", "none", "ann")]
    [InlineData("-D", "passwords", "nobody")]
    [InlineData("-c", "-D", "passwords", "ann")]
    [InlineData("-H", "md5", "-b", "passwords", "ann", "x")]
    [InlineData("-b", "passwords", "a:b", "x")]
    [InlineData("-b", "none", "ann", "x")]
    [InlineData("-c", "-b", "no/such", "ann", "x")]
    [InlineData("-U", "none")]
    [InlineData("-H")]
    public async Task Mistakes_get_the_words_and_the_exit_code_of_mosquitto_passwd(params string[] arguments)
    {
        await MosquittoPasswd("-c", "-b", _folder.File("passwords"), "ann", "x");
        // Names of files are the ones without a dash that are not a value; a folder before them keeps both programs alike.
        string[] placed = [.. arguments.Select(a => a is "none" or "passwords" or "no/such" ? _folder.File(a) : a)];
        ProcessRun theirs = await ProcessRun.OfAsync("mosquitto_passwd", placed);
        using StringWriter error = new();

        int exitCode = PasswdCommand.Run(placed, TextReader.Null, TextWriter.Null, error);

        Assert.Equal(theirs.ExitCode, exitCode);
        Assert.Equal(string.Join('\n', theirs.Errors), error.ToString().TrimEnd('\n'));
    }

    private static int Passwd(params string[] arguments) =>
        PasswdCommand.Run(arguments, TextReader.Null, TextWriter.Null, TextWriter.Null);

    private static async Task MosquittoPasswd(params string[] arguments)
    {
        ProcessRun run = await ProcessRun.OfAsync("mosquitto_passwd", arguments);
        Assert.True(run.ExitCode == 0, run.ToString());
    }

    /// <summary>What mosquitto_pub says to a right, a wrong and a stranger's password, and to the second user's.</summary>
    private async Task<(int Right, int Wrong, int Stranger, int Second)> MosquittoAnswers(string passwords)
    {
        // Started by root, mosquitto reads the file before it becomes another user.
        int port = FreePorts.Take();
        string configuration = _folder.Write("mosquitto.conf", string.Create(
            CultureInfo.InvariantCulture, $"listener {port} 127.0.0.1\npassword_file {passwords}\nuser root\n"));
        await using MosquittoProcess mosquitto = await MosquittoProcess.StartAsync(configuration);
        return (await Publish("ann", "pässword"), await Publish("ann", "other"), await Publish("cleo", "other"),
            await Publish("bob", "other"));

        async Task<int> Publish(string user, string password)
        {
            ProcessRun run = await ProcessRun.OfAsync("mosquitto_pub", [
                "-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-u", user, "-P", password,
                "-t", "a", "-m", "b"]);
            return run.ExitCode;
        }
    }
}
