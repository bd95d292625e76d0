using System.Globalization;
using Broker.UnitTests.Repository;

namespace Broker.UnitTests.Specification;

/// <summary>Each fault that was found in other brokers has a test here, or a reason why it has none.</summary>
public sealed class DemandTests
{
    [Theory]
    [InlineData('A', 21)]
    [InlineData('B', 14)]
    [InlineData('C', 7)]
    [InlineData('G', 10)]
    [InlineData('H', 4)]
    public void The_list_has_every_row_of_a_section_once_and_in_order(char section, int count) =>
        Assert.Equal(
            Enumerable.Range(1, count).Select(number => string.Create(CultureInfo.InvariantCulture, $"{section}{number}")),
            Demand.All.Select(demand => demand.Row).Where(row => row[0] == section));

    [Fact]
    public void A_row_has_a_test_or_a_reason_and_not_both() =>
        None(from demand in Demand.All
             where demand.Tests.Any() == demand.Reason is not null
             select demand.Reason is null
                 ? $"{demand.Row} has no test: write one, or say in {Demand.ListPath} why there is none"
                 : $"{demand.Row} has a test: take its reason out of {Demand.ListPath}");

    [Fact]
    public void A_test_names_rows_that_there_are() =>
        None(from test in TestAttribute.All
             where test.Name == "Demand" && Demand.All.All(demand => demand.Row != test.First)
             select new Finding(test.File.Path, test.Line, $"there is no row {test.First}"));

    [Fact]
    public void A_reason_begins_with_a_word_that_the_page_explains()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryTree.Root, DemandPage.Path));

        Assert.All(Demand.ReasonWords, word => Assert.Contains($"*{word.TrimEnd(' ')}*", page, StringComparison.Ordinal));
        None(from demand in Demand.All
             where demand.Reason is { } reason && !Demand.ReasonWords.Any(reason.StartsWith)
             select $"{demand.Row}: {demand.Reason}");
    }

    [Fact]
    public void The_page_says_what_list_and_tests_say() =>
        GeneratedPage.Expect(DemandPage.Path, DemandPage.Begin, DemandPage.Expected, DemandPage.End);

    private static void None<T>(IEnumerable<T> findings) => Assert.True(!findings.Any(), string.Join('\n', findings));
}
