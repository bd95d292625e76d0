using Broker.UnitTests.Repository;

namespace Broker.UnitTests.Specification;

/// <summary>A standard: its normative statements, in its order, and where the tests are that are about it alone.</summary>
internal sealed class Standard
{
    public static readonly Standard V311 = new("3.1.1", "Mqtt3");
    public static readonly Standard V50 = new("5.0", "Mqtt5");

    public static readonly IReadOnlyList<Standard> All = [V311, V50];

    private readonly Dictionary<string, Statement> _byId;

    private Standard(string version, string folder)
    {
        Version = version;
        Folder = $"tests/Broker.ConformanceTests/{folder}/";
        ListPath = $"tests/Broker.ConformanceTests/Spec/mqtt-{version}.txt";
        Statements =
        [
            .. File.ReadLines(Path.Combine(RepositoryTree.Root, ListPath))
                .Where(line => !line.StartsWith('#'))
                .Select(Statement.Parse),
        ];
        _byId = Statements.ToDictionary(statement => statement.Id);
    }

    public string Version { get; }

    /// <summary>The folder of the tests that are about this standard, relative to the root, with a slash at its end.</summary>
    public string Folder { get; }

    /// <summary>The file that lists the statements, relative to the root.</summary>
    public string ListPath { get; }

    public IReadOnlyList<Statement> Statements { get; }

    public Statement? Find(string id) => _byId.GetValueOrDefault(id);
}
