using System.Text;
using Broker.Configuration.Mosquitto;

namespace Broker.UnitTests.Configuration;

public class RandomFileTests
{
    private static readonly string[] Pieces =
    [
        " ", "  ", "\t", "\n", "\r\n", "#", " # ", "true", "false", "0x", "-1", "99999999999", "1884", "/a/b",
        "\u00FC", "\U0001F512", "\0", "\u00A0", "\"", "tlsv1.3", "file", "none", ",", "*", "plugin_opt_", "auth_opt_abc",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(20261122)]
    [InlineData(77_000_000)]
    public void No_text_upsets_the_reader_and_every_remark_has_a_place_in_it(int seed)
    {
        var random = new Random(seed);
        string[] words = [.. Pieces, .. DirectiveTable.Names];
        for (int round = 0; round < 2_000; round++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(Text(random, words));
            if (bytes.Length > 0 && random.Next(4) == 0) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);

            ConfigurationResult result = MosquittoConfiguration.Parse(bytes, "a.conf");

            int lines = bytes.Count(b => b == (byte)'\n') + 1;
            Assert.All(result.Diagnostics, remark => Assert.True(
                remark.Line >= 1 && remark.Line <= lines && remark.Column >= 1, $"seed {seed}: {remark}"));
            bool hasErrors = result.Diagnostics.Any(remark => remark.Severity == DiagnosticSeverity.Error);
            Assert.Equal(hasErrors, result.Options is null);
        }
    }

    private static string Text(Random random, string[] words)
    {
        var text = new StringBuilder();
        for (int i = random.Next(40); i > 0; i--)
            text.Append(words[random.Next(words.Length)]).Append(random.Next(3) == 0 ? "" : " ");
        return text.ToString();
    }
}
