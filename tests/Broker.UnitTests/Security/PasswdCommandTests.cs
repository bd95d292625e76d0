using System.Runtime.Versioning;
using Broker.Cli;
using Broker.Security;
using Broker.TestKit.Processes;

namespace Broker.UnitTests.Security;

[SupportedOSPlatform("linux")]
public sealed class PasswdCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    private string Path => _folder.File("passwords");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_file_has_the_user_and_is_its_owners_alone()
    {
        Assert.Equal(0, Run("-c", "-b", Path, "ann", "secret"));

        Assert.True(Verifies("ann", "secret"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        Assert.Equal("", _output.ToString() + _error);
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_change_keeps_comments_other_users_and_the_mode()
    {
        string other = $"bob:{PasswordHash.Create(PasswordHashKind.Sha512, "x"u8)}";
        File.WriteAllText(Path, $"# ours\nann:$7$1$x$y\n{other}\n");
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        File.SetUnixFileMode(Path, Mode);

        Assert.Equal(0, Run("-b", Path, "ann", "secret"));
        Assert.Equal(0, Run("-b", Path, "cleo", "third"));

        string[] lines = File.ReadAllLines(Path);
        Assert.Equal(["# ours", "ann", other, "cleo"], [lines[0], lines[1].Split(':')[0], lines[2], lines[3].Split(':')[0]]);
        Assert.True(Verifies("ann", "secret"));
        Assert.True(Verifies("cleo", "third"));
        Assert.Equal(Mode, File.GetUnixFileMode(Path));
    }

    [Fact]
    public void A_symbolic_link_stays_one()
    {
        File.WriteAllText(_folder.File("real"), "");
        File.CreateSymbolicLink(Path, _folder.File("real"));

        Assert.Equal(0, Run("-b", Path, "ann", "secret"));

        Assert.NotNull(new FileInfo(Path).LinkTarget);
        Assert.True(Verifies("ann", "secret"));
    }

    [Theory]
    [InlineData("sha512", "$6$")]
    [InlineData("sha512-pbkdf2", "$7$1000$")]
    [InlineData("argon2id", "$argon2id$v=19$")]
    public void The_kind_of_hash_can_be_chosen(string kind, string prefix)
    {
        Assert.Equal(0, Run("-H", kind, "-c", "-b", Path, "ann", "secret"));

        Assert.StartsWith($"ann:{prefix}", File.ReadAllText(Path), StringComparison.Ordinal);
        Assert.True(Verifies("ann", "secret"));
    }

    [Fact]
    public void Iterations_can_be_chosen()
    {
        Assert.Equal(0, Run("-I", "5", "-c", "-b", Path, "ann", "secret"));

        Assert.StartsWith("ann:$7$5$", File.ReadAllText(Path), StringComparison.Ordinal);
    }

    [Fact]
    public void The_password_is_asked_for_twice()
    {
        Assert.Equal(0, RunWithInput("secret\nsecret\n", "-c", Path, "ann"));

        Assert.Equal("Password: \nReenter password: \n", _output.ToString());
        Assert.True(Verifies("ann", "secret"));
    }

    [Theory]
    [InlineData("secret\nother\n", 2, "Error: Passwords do not match.")]
    [InlineData("secret\n", 2, "Error: Passwords do not match.")]
    [InlineData("", 1, "Error: Empty password.")]
    [InlineData("\n", 1, "Error: Empty password.")]
    public void A_wrong_answer_writes_nothing(string typed, int exitCode, string message)
    {
        Assert.Equal(exitCode, RunWithInput(typed, "-c", Path, "ann"));

        Assert.Equal(message + "\n", _error.ToString());
        Assert.False(File.Exists(Path));
    }

    [Fact]
    public void A_user_is_removed_and_a_missing_one_is_said()
    {
        Run("-c", "-b", Path, "ann", "secret");
        Run("-b", Path, "bob", "secret");

        Assert.Equal(0, Run("-D", Path, "ann"));
        Assert.Equal(1, Run("-D", Path, "ann"));

        Assert.Equal("Warning: User ann not found in password file.\n", _error.ToString());
        Assert.StartsWith("bob:", File.ReadAllText(Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Plain_text_is_hashed_once_and_comments_stay()
    {
        File.WriteAllText(Path, "# users\nann:secret\nbob:with:colon\n\n");

        Assert.Equal(0, Run("-U", Path));
        string once = File.ReadAllText(Path);
        Assert.Equal(0, Run("-U", Path));

        Assert.Equal(once, File.ReadAllText(Path));
        Assert.StartsWith("# users\nann:$7$1000$", once, StringComparison.Ordinal);
        Assert.True(Verifies("ann", "secret"));
        Assert.True(Verifies("bob", "with:colon"));
    }

    [Fact]
    public void A_broken_file_is_left_alone()
    {
        File.WriteAllText(Path, "ann:$7$1$x$y\n:nobody\n");

        Assert.Equal(1, Run("-b", Path, "bob", "secret"));

        Assert.Equal("Error: Corrupt password file at line 2.\n", _error.ToString());
        Assert.Equal("ann:$7$1$x$y\n:nobody\n", File.ReadAllText(Path));
    }

    // The sentences are those of Debian's mosquitto_passwd.
    [Theory]
    [InlineData("Error: -H argument given but not enough other arguments.", "-H")]
    [InlineData("Error: Unknown hash type 'md5'", "-H", "md5", "-b", "f", "ann", "x")]
    [InlineData("Error: Invalid number of iterations '0'.", "-I", "0", "-b", "f", "ann", "x")]
    [InlineData("Error: -c and -D cannot be used together.", "-c", "-D", "f", "ann")]
    [InlineData("Error: -c and -U cannot be used together.", "-U", "-c", "f")]
    [InlineData("Error: -b and -D cannot be used together.", "-D", "-b", "f", "ann", "x")]
    [InlineData("Error: -D argument given but password file or username missing.", "-D", "f")]
    [InlineData("Error: -c argument given but password file or username missing.", "-c", "f")]
    [InlineData("Error: -U argument given but password file missing.", "-U")]
    [InlineData("Error: Username must not contain the ':' character.", "-b", "f", "a:b", "x")]
    [InlineData("Error: Empty username.", "-b", "f", "", "x")]
    [InlineData("Error: Username must not contain control characters.", "-b", "f", "a\nroot", "x")]
    [InlineData("Error: Empty password.", "-b", "f", "ann", "")]
    [InlineData("Error: Unable to open password file /no/such. No such file or directory.", "-b", "/no/such", "ann", "x")]
    [InlineData("Error: Unable to open file /no/such for writing. No such file or directory.", "-c", "-b", "/no/such", "a", "x")]
    public void A_mistake_gets_mosquittos_words(string message, params string[] arguments)
    {
        Assert.Equal(1, Run(arguments));

        Assert.Equal(message + "\n", _error.ToString());
    }

    [Fact]
    public void Arguments_that_make_no_sense_get_the_usage()
    {
        Assert.Equal(1, Run());
        Assert.Equal(1, Run("file"));
        Assert.Equal(1, Run("file", "ann", "secret"));
        Assert.Equal(0, Run("--help"));

        Assert.Contains("-b passwordfile username password", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("12 bytes", _output.ToString(), StringComparison.Ordinal);
    }

    private int Run(params string[] arguments) => RunWithInput("", arguments);

    private int RunWithInput(string input, params string[] arguments) =>
        PasswdCommand.Run(arguments, new StringReader(input), _output, _error);

    private bool Verifies(string user, string password)
    {
        string line = File.ReadLines(Path).Single(line => line.StartsWith($"{user}:", StringComparison.Ordinal));
        return PasswordHash.Parse(line[(user.Length + 1)..]).Hash!.Verify(System.Text.Encoding.UTF8.GetBytes(password));
    }
}
