using Broker.Configuration.Mosquitto;
using Broker.UnitTests.Repository;

namespace Broker.UnitTests.Specification;

/// <summary>Each directive that works has a test that shows what it does, or an entry in a list that says why not.</summary>
public sealed class DirectiveTests
{
    private const string ListPath = "tests/Broker.ConformanceTests/Spec/directives.txt";

    private static readonly Dictionary<string, string> Elsewhere = File
        .ReadLines(Path.Combine(RepositoryTree.Root, ListPath)).Where(line => !line.StartsWith('#'))
        .Select(line => line.Split(" | ")).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);

    // Bridges are not built yet; their rows are for reading.
    private static readonly string[] Working =
    [
        .. DirectiveTable.Rows
            .Where(row => row.Status == DirectiveStatus.Implemented && row.Scope != DirectiveScope.Bridge)
            .Select(row => row.Name),
    ];

    private static IEnumerable<TestAttribute> Marks => TestAttribute.All.Where(test => test.Name == "Directive");

    private static bool ShowsTheWholeBroker(TestAttribute test) =>
        !test.File.Path.StartsWith("tests/Broker.UnitTests/", StringComparison.Ordinal);

    [Fact]
    public void A_directive_that_works_has_a_test_or_is_on_the_list() =>
        None(from name in Working
             where !Elsewhere.ContainsKey(name) && !Marks.Any(test => test.First == name && ShowsTheWholeBroker(test))
             select $"no test in which a client or an operator sees what {name} does: write one with [Directive(\"{name}\")], or "
                 + $"say in {ListPath} where it is shown instead");

    [Fact]
    public void What_is_on_the_list_is_shown_where_it_says() =>
        None(from entry in Elsewhere
             where !entry.Value.StartsWith("nowhere: ", StringComparison.Ordinal) && !Marks.Any(test => test.First == entry.Key)
             select $"{entry.Key}: no test has [Directive(\"{entry.Key}\")]");

    [Fact]
    public void The_list_has_nothing_that_need_not_be_there() =>
        None(from entry in Elsewhere
             where !Working.Contains(entry.Key) || Marks.Any(test => test.First == entry.Key && ShowsTheWholeBroker(test))
             select $"{entry.Key} has a test of the whole broker, or does not work: take it out of {ListPath}");

    [Fact]
    public void A_test_names_directives_that_work() =>
        None(from test in Marks
             where !Working.Contains(test.First)
             select new Finding(test.File.Path, test.Line, $"there is no directive {test.First} that works"));

    private static void None<T>(IEnumerable<T> findings) => Assert.True(!findings.Any(), string.Join('\n', findings));
}
