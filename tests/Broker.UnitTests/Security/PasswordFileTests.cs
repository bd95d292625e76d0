using System.Text;
using Broker.Security;
using Broker.TestKit.Processes;

namespace Broker.UnitTests.Security;

public sealed class PasswordFileTests
{
    private static readonly string Hash = PasswordHash.Create(PasswordHashKind.Sha512, "secret"u8).ToString();

    [Fact]
    public void Users_are_read_comments_and_lines_without_a_colon_are_skipped()
    {
        PasswordFileResult result = Parse($"# c: {Hash}\n\nno colon\nann:{Hash}\n bob : {Hash} :rest\r\nçédric:{Hash}");

        Assert.Empty(result.Errors);
        Assert.Equal(3, result.File!.Count);
        Assert.True(result.File.TryFind("ann", out _));
        Assert.True(result.File.TryFind("bob", out PasswordHash? bob));
        Assert.True(bob.Verify("secret"u8));
        Assert.True(result.File.TryFind("çédric", out _));
        Assert.False(result.File.TryFind("Ann", out _));
    }

    [Fact]
    public void A_byte_order_mark_is_not_part_of_the_first_name()
    {
        byte[] line = Encoding.UTF8.GetBytes($"ann:{Hash}");
        PasswordFileResult result = PasswordFile.Parse("f", [.. Encoding.UTF8.Preamble, .. line]);

        Assert.True(result.File!.TryFind("ann", out _));
    }

    [Fact]
    public void Every_broken_line_is_named_at_once_and_nothing_is_loaded()
    {
        PasswordFileResult result = Parse($"ann:{Hash}\n:{Hash}\nbob:\ncleo:plain\nann:{Hash}\n");

        Assert.Null(result.File);
        Assert.Equal(
            [
                "f:2: There is no user name before the colon.",
                "f:3: User 'bob' has no password hash.",
                "f:4: The password of user 'cleo' is not a hash; plain text is not accepted.",
                "f:5: User 'ann' is in the file a second time.",
            ],
            result.Errors.Select(error => error.ToString()));
        Assert.DoesNotContain(result.Errors, error => error.IsUnreadable);
    }

    [Fact]
    public void Where_plain_text_is_accepted_a_password_goes_to_the_end_of_its_line_and_hashes_stay_hashes()
    {
        PasswordFileResult result = PasswordFile.Parse(
            "f", Encoding.UTF8.GetBytes($"ann:pass:word $1\r\nbob:{Hash}:rest\ncleo:$money"), acceptsPlainText: true);

        Assert.Empty(result.Errors);
        Assert.True(Find(result, "ann").Verify("pass:word $1"u8));
        Assert.False(Find(result, "ann").Verify("pass"u8));
        Assert.True(Find(result, "bob").Verify("secret"u8));
        Assert.True(Find(result, "cleo").Verify("$money"u8));
        Assert.DoesNotContain("word", Find(result, "ann").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_plain_text_is_accepted_a_broken_hash_is_still_an_error()
    {
        PasswordFileResult result = PasswordFile.Parse("f", "ann:$7$x$y$z\nbob:$2b$12$abc"u8, acceptsPlainText: true);

        Assert.Null(result.File);
        Assert.Equal([1, 2], result.Errors.Select(error => error.Line));
    }

    [Fact]
    public void A_password_in_plain_text_is_the_same_hash_when_it_is_read_again_and_another_for_another_user()
    {
        PasswordHash Read(string line, string user) => Find(
            PasswordFile.Parse("f", Encoding.UTF8.GetBytes(line), acceptsPlainText: true), user);

        Assert.Equal(Read("ann:secret", "ann").ToString(), Read("ann:secret\n", "ann").ToString());
        Assert.NotEqual(Read("ann:secret", "ann").ToString(), Read("ann:other", "ann").ToString());
        Assert.NotEqual(Read("ann:secret", "ann").ToString(), Read("bob:secret", "bob").ToString());
    }

    [Fact]
    public void A_line_that_is_not_UTF_8_is_named()
    {
        PasswordFileResult result = PasswordFile.Parse("f", [.. "ann:"u8, 0xC3, 0x28]);

        Assert.Equal("f:1: The line is not UTF-8.", Assert.Single(result.Errors).ToString());
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error_of_another_kind()
    {
        using TemporaryFolder folder = new();
        PasswordFileError missing = Assert.Single(PasswordFile.Load(folder.File("none")).Errors);
        PasswordFileError isFolder = Assert.Single(PasswordFile.Load(folder.Path).Errors);

        Assert.True(missing.IsUnreadable);
        Assert.Equal($"Unable to open password file {folder.File("none")}: it does not exist.", missing.ToString());
        Assert.Equal($"Unable to open password file {folder.Path}: it is a folder.", isFolder.ToString());
    }

    [Fact]
    public void A_stranger_always_gets_the_same_decoy_out_of_the_file()
    {
        PasswordFile file = Parse(string.Concat(Enumerable.Range(0, 20).Select(i => $"user{i}:{Hash}\n"))).File!;

        Assert.All(Enumerable.Range(0, 100), i => Assert.Same(file.DecoyFor($"stranger{i}"), file.DecoyFor($"stranger{i}")));
        Assert.True(Enumerable.Range(0, 100).Select(i => file.DecoyFor($"stranger{i}")).Distinct().Count() > 1);
    }

    private static PasswordHash Find(PasswordFileResult result, string user) =>
        result.File!.TryFind(user, out PasswordHash? hash) ? hash : throw new InvalidOperationException($"no {user}");

    private static PasswordFileResult Parse(string text) => PasswordFile.Parse("f", Encoding.UTF8.GetBytes(text));
}
