using System.Xml.Linq;
using Broker.EndToEndTests.Crash;
using Broker.Soak;
using Broker.TestKit;
using Xunit.Abstractions;

namespace Broker.EndToEndTests.Soak;

/// <summary>A quarter of a minute of what bench/soak.sh does for two hours. Growth needs the long way.</summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Everything_at_once_loses_nothing_and_serves_everybody()
    {
        await using var lines = new TestOutputWriter(output);
        var options = new SoakOptions
        {
            Duration = TimeSpan.FromSeconds(15),
            SampleEvery = TimeSpan.FromSeconds(1),
            // How fast it is on this machine, beside whatever else runs there, is for people to measure.
            WaitMax = TestTime.Patience,
        };

        SoakReport report = await new SoakRun(options, lines).PlayAsync();

        report.Print(lines);
        Assert.Empty(report.Findings);
        Assert.True(report.Lives > options.Clients, "clients come back");
        Assert.True(report.Witnessed > 0, "acknowledged messages were compared");
        Assert.NotEmpty(report.Newcomers);
        XElement picture = XDocument.Parse(SoakPlot.Draw(report.Samples)).Root!;
        XNamespace svg = "http://www.w3.org/2000/svg";
        Assert.All(
            picture.Elements(svg + "polyline"),
            line => Assert.Equal(report.Samples.Count, line.Attribute("points")!.Value.Trim().Split(' ').Length));
    }
}
