using Broker.Admin;
using Broker.Security;
using Broker.TestKit.Processes;

namespace Broker.UnitTests.Diagnostics;

public sealed class AdminTokensTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_token_is_its_owners()
    {
        AdminTokens tokens = Load(
            "# comment\n\nann:0123456789abcdef\nfedcba9876543210\nbob:abcdef0123456789:read\n",
            out List<PasswordFileError> errors)!;

        Assert.Empty(errors);
        Assert.Equal(new AdminIdentity("ann", true), tokens.FindOwner("Bearer 0123456789abcdef"));
        Assert.Equal(new AdminIdentity("admin", true), tokens.FindOwner("bearer fedcba9876543210"));
        Assert.Equal(new AdminIdentity("bob", false), tokens.FindOwner("Bearer abcdef0123456789"));
        Assert.Equal("ann", tokens.FindOwner("Basic " + Convert.ToBase64String("x:0123456789abcdef"u8))!.Name);
        Assert.All(
            new[] { null, "", "Bearer", "Bearer ann:0123456789abcdef", "Basic !", "0123456789abcdef", "Digest 0123456789abcdef" },
            header => Assert.Null(tokens.FindOwner(header)));
    }

    [Theory]
    [InlineData("ann:tinytinytiny:read", ":1: this token is too short: 16 characters at least")]
    [InlineData("ann:tiny", ":1: this token is too short: 16 characters at least: openssl rand")]
    [InlineData("# nothing\n", "there is no token in this file")]
    public void A_file_that_protects_nothing_is_refused_and_not_quoted(string text, string words)
    {
        Assert.Null(Load(text, out List<PasswordFileError> errors));
        Assert.Contains(words, Assert.Single(errors).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("tiny", errors[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        List<PasswordFileError> errors = [];
        Assert.Null(AdminTokens.Load("/no/such/file", errors));
        Assert.Contains("/no/such/file", Assert.Single(errors).Text, StringComparison.Ordinal);
    }

    private AdminTokens? Load(string text, out List<PasswordFileError> errors) =>
        AdminTokens.Load(_folder.Write("tokens", text), errors = []);
}
