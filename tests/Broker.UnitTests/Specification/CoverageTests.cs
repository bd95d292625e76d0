using Broker.UnitTests.Repository;

namespace Broker.UnitTests.Specification;

/// <summary>Each normative statement that binds a server has a test, or a reason why it has none.</summary>
public sealed class CoverageTests
{
    public static TheoryData<string> Versions => [.. Standard.All.Select(standard => standard.Version)];

    [Theory]
    [InlineData("3.1.1", 141)]
    [InlineData("5.0", 251)]
    public void Its_list_has_every_statement_of_the_standard_once_and_in_order(string version, int count)
    {
        string[] ids = [.. Of(version).Statements.Select(statement => statement.Id)];

        Assert.Equal(count, ids.Length);
        Assert.Equal(ids.Distinct().OrderBy(Sortable, StringComparer.Ordinal), ids);

        static string Sortable(string id) => string.Join('.', id.Split('.', '-').Select(part => part.PadLeft(4, '0')));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_statement_that_binds_a_server_has_a_test_or_a_reason(string version) =>
        None(from statement in Of(version).Statements
             where statement.Binding != Binding.Client && statement.Reason is null && !HasTest(version, statement)
             select $"{statement.Id} has no test: write one, or say in {Of(version).ListPath} why there is none");

    [Theory]
    [MemberData(nameof(Versions))]
    public void What_has_a_reason_or_binds_clients_alone_has_no_test(string version) =>
        None(from statement in Of(version).Statements
             where statement.Binding == Binding.Client || statement.Reason is not null
             where HasTest(version, statement)
             select $"{statement.Id} has a test: bring its line in {Of(version).ListPath} up to date");

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_reason_begins_with_a_word_that_the_page_explains(string version)
    {
        string page = File.ReadAllText(Path.Combine(RepositoryTree.Root, CoveragePage.Path));

        Assert.All(Statement.ReasonWords, word => Assert.Contains($"*{word.TrimEnd(' ')}*", page, StringComparison.Ordinal));
        None(from statement in Of(version).Statements
             let reason = statement.Reason
             where reason is not null && !Statement.ReasonWords.Any(reason.StartsWith)
             select $"{statement.Id}: {reason}");
    }

    [Fact]
    public void A_test_names_statements_that_there_are_and_the_standard_where_two_could_be_meant() =>
        None(SpecifiedTest.All.Select(Wrong).OfType<Finding>());

    [Fact]
    public void The_page_says_what_lists_and_tests_say() =>
        GeneratedPage.Expect(CoveragePage.Path, CoveragePage.Begin, CoveragePage.Expected, CoveragePage.End);

    private static void None<T>(IEnumerable<T> findings) => Assert.True(!findings.Any(), string.Join('\n', findings));

    private static Finding? Wrong(SpecifiedTest test)
    {
        Standard[] standards = [.. test.Standards];
        string? wrong = null;
        if (test.Version is not null && standards.Length == 0)
            wrong = $"there is no standard {test.Version}";
        else if (standards.Length == 0 || standards.Any(standard => standard.Find(test.Statement) is null))
            wrong = $"{test.Statement} is not a statement of {standards.FirstOrDefault()?.Version ?? "either standard"}";
        else if (standards.DistinctBy(standard => standard.Find(test.Statement)!.Demand).Count() > 1)
            wrong = $"{test.Statement} is one thing in 3.1.1 and another in 5.0: name the standard, [Spec(\"...\", \"5.0\")]";
        return wrong is null ? null : new Finding(test.File.Path, test.Line, wrong);
    }

    private static bool HasTest(string version, Statement statement) =>
        SpecifiedTest.All.Any(test => test.Statement == statement.Id && test.Standards.Contains(Of(version)));

    private static Standard Of(string version) => Standard.All.Single(standard => standard.Version == version);
}
