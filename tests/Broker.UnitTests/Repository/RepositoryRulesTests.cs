namespace Broker.UnitTests.Repository;

public sealed class RepositoryRulesTests
{
    private static readonly Rule[] Rules =
        [.. SizeRules.All, .. StyleRules.All, .. AsyncRules.All, .. LayerRules.All, .. DocumentRules.All];

    public static TheoryData<string> RuleNames => [.. Rules.Select(rule => rule.Name)];

    [Theory]
    [MemberData(nameof(RuleNames))]
    public void The_repository_keeps_the_rule(string name)
    {
        Rule rule = RuleOf(name);

        IEnumerable<Finding> findings = RepositoryTree.Files.SelectMany(rule.Check);

        Assert.True(!findings.Any(), $"{name}:\n{string.Join('\n', findings)}");
    }

    [Theory]
    [MemberData(nameof(RuleNames))]
    public void The_rule_finds_what_breaks_it_and_nothing_else(string name)
    {
        Rule rule = RuleOf(name);

        Assert.NotEmpty(rule.Bad);
        Assert.NotEmpty(rule.Good);
        Assert.All(rule.Bad, snippet => Assert.NotEmpty(rule.Check(snippet)));
        Assert.All(rule.Good, snippet => Assert.Empty(rule.Check(snippet)));
    }

    [Fact]
    public void Each_allowed_use_is_used_and_has_a_reason() =>
        Assert.All(AllowedUse.All, use =>
        {
            SourceFile file = RepositoryTree.Files.Single(file => file.Path == use.Path);
            Assert.Contains(use.Construct, file.Code, StringComparison.Ordinal);
            Assert.NotEmpty(use.Reason);
        });

    [Fact]
    public void The_walk_sees_the_sources() =>
        Assert.Contains(RepositoryTree.Files, file => file.Path == "src/Broker/Program.cs");

    private static Rule RuleOf(string name) => Rules.Single(rule => rule.Name == name);
}
