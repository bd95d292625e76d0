using System.Text;
using Xunit.Abstractions;

namespace Broker.EndToEndTests.Crash;

/// <summary>Lines of the harness in the results of a test.</summary>
internal sealed class TestOutputWriter(ITestOutputHelper output) : StringWriter
{
    public override Encoding Encoding => Encoding.UTF8;

    public override Task WriteLineAsync(string? value)
    {
        output.WriteLine(value);
        return Task.CompletedTask;
    }
}
