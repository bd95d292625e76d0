namespace Broker.UnitTests.Repository;

public sealed class MemberScanTests
{
    private const string Snippet = """"
        namespace A;
        [Note("{")]
        internal sealed class B<T>(int x) : C where T : new()
        {
            private static readonly Row[] Table =
            [
                new() { Name = "a" },
            ];
            private readonly Row _row = new() { X = { 1 } };
            public int Count => _rows.Count;
            [Theory]
            [InlineData(1)]
            public async Task<int> First(int a = 3)
            {
                void Local()
                {
                }
                if (a == 1) { Local(); }
                return $"{a}}}".Length;
            }
            public B() : this(1) { }
            public string Name
            {
                get => "}";
                set
                {
                }
            }
            public int Second() =>
                x switch
                {
                    1 => 2,
                    _ => 3,
                };
            public abstract void Third();
            public static bool operator ==(B a, B b) { return true; }
            private enum D { E, F }
            private readonly record struct G(int H)
            {
                public void Fourth(Func<int, int> f)
                {
                    f(1);
                }
            }
        }
        """";

    [Fact]
    public void Members_are_found_with_their_names_and_lengths()
    {
        IEnumerable<(string, int)> members =
            MemberScan.Of(new SourceFile("src/Broker/A.cs", Snippet)).Select(member => (member.Name, member.Lines));

        (string, int)[] expected =
            [("Count", 1), ("First", 8), ("B", 1), ("Name", 7), ("Second", 6), ("", 1), ("Fourth", 4)];
        Assert.Equal(expected.Where(e => e.Item1.Length > 0), members.Where(m => m.Item1 is not ("" or "operator")));
    }

    [Fact]
    public void Every_member_of_this_file_is_found()
    {
        SourceFile file = RepositoryTree.Files.Single(f => f.Path.EndsWith("/MemberScanTests.cs", StringComparison.Ordinal));

        Assert.Equal(
            [nameof(Members_are_found_with_their_names_and_lengths), nameof(Every_member_of_this_file_is_found)],
            MemberScan.Of(file).Select(member => member.Name));
    }
}
