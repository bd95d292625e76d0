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

    private static PasswordFileResult Parse(string text) => PasswordFile.Parse("f", Encoding.UTF8.GetBytes(text));
}
