namespace Broker.UnitTests.Repository;

public sealed class CodeMaskTests
{
    [Theory]
    [InlineData("a // b", "a     ")]
    [InlineData("a /* { */ b", "a         b")]
    [InlineData("f(\"{\", '}')", "f(\" \", ' ')")]
    [InlineData("'\\'' + '{'", "'  ' + ' '")]
    [InlineData("\"\\\"{\" + x", "\"   \" + x")]
    [InlineData("@\"\\\" + x", "@\" \" + x")]
    [InlineData("@\"a\"\"{\" + x", "@\"    \" + x")]
    [InlineData("$\"a{b}c\"", "$\"  b  \"")]
    [InlineData("$\"{{a}}\" + x", "$\"     \" + x")]
    [InlineData("$\"{f(\"}\")}\" + x", "$\" f(\" \") \" + x")]
    [InlineData("$@\"\\{b}\" + x", "$@\"  b \" + x")]
    [InlineData("\"\"\"a\"{\"\"\" + x", "\"\"\"   \"\"\" + x")]
    [InlineData("$$\"\"\"{a{{b}}\"\"\" + x", "$$\"\"\"  " + "  b  \"\"\" + x")]
    [InlineData("\"\" + x", "\"\" + x")]
    [InlineData("$\"{x switch { 1 => 2 }}\" + y", "$\" x switch { 1 => 2 } \" + y")]
    public void Only_code_is_left(string text, string expected) => Assert.Equal(expected, CodeMask.Apply(text));

    [Fact]
    public void Line_ends_stay_where_they_are()
    {
        const string Text = "a /* 1\n2 */ b\n\"\"\"\n{\n\"\"\";\nc // d\ne";

        string masked = CodeMask.Apply(Text);

        Assert.Equal(Text.Length, masked.Length);
        Assert.Equal(Text.Count(c => c == '\n'), masked.Count(c => c == '\n'));
        Assert.DoesNotContain('{', masked);
        Assert.EndsWith("\ne", masked, StringComparison.Ordinal);
    }
}
