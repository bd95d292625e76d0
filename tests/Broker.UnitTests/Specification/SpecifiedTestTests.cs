using Broker.UnitTests.Repository;

namespace Broker.UnitTests.Specification;

public sealed class SpecifiedTestTests
{
    [Fact]
    public void Each_attribute_belongs_to_the_test_below_it()
    {
        SpecifiedTest[] tests = Scan("Durability/A", """
            [Theory, Spec("MQTT-1.0.0-1"), Spec("MQTT-1.0.0-2", "5.0")]
            [InlineData("x")] // MQTT-9.9.9-9
            [Spec("MQTT-1.0.0-3")]
            public async Task First(string text) { }

            [Fact]
            public void Second() { }

            [Fact, Spec("MQTT-1.0.0-1")]
            public Task Third() => Task.CompletedTask;
            """);

        Assert.Equal(
            [("MQTT-1.0.0-1", null, "First", 1), ("MQTT-1.0.0-2", "5.0", "First", 1), ("MQTT-1.0.0-3", null, "First", 3),
                ("MQTT-1.0.0-1", (string?)null, "Third", 9)],
            tests.Select(test => (test.Statement, test.Version, test.Method, test.Line)));
    }

    [Fact]
    public void Comments_and_texts_are_not_read() =>
        Assert.Empty(Scan("Durability/A", """"
            // [Spec("MQTT-1.0.0-1")]
            private const string Text = """[Spec("MQTT-1.0.0-1")]""";
            public void First() { }
            """"));

    [Theory]
    [InlineData("Mqtt3/A", "\"MQTT-3.1.2-6\"", "3.1.1")]
    [InlineData("Mqtt5/A", "\"MQTT-3.1.2-6\"", "5.0")]
    [InlineData("Durability/A", "\"MQTT-3.1.2-6\", \"5.0\"", "5.0")]
    [InlineData("Durability/A", "\"MQTT-3.3.2-20\"", "5.0")]
    [InlineData("Durability/A", "\"MQTT-6.0.0-1\"", "3.1.1 5.0")]
    [InlineData("Durability/A", "\"MQTT-0.0.0-1\"", "")]
    public void Its_standard_is_that_of_its_folder_or_the_one_it_names_or_each_that_has_the_statement(
        string file, string spec, string versions) =>
        Assert.Equal(versions, string.Join(' ',
            Assert.Single(Scan(file, $"[Spec({spec})]\npublic void A() {{ }}")).Standards.Select(each => each.Version)));

    private static SpecifiedTest[] Scan(string file, string text) =>
        [.. SpecifiedTest.Scan(new SourceFile($"tests/Broker.ConformanceTests/{file}.cs", text))];
}
