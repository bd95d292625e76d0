using Broker.EndToEndTests.Crash;
using Broker.Fuzzing;
using Broker.Fuzzing.Exchanges;
using Xunit.Abstractions;

namespace Broker.EndToEndTests.Fuzzing;

/// <summary>Wrong bytes to a broker that runs; bench/fuzz.sh --exchanges 200000 is the long way.</summary>
public sealed class ExchangeTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Wrong_exchanges_end_and_leave_nothing_behind()
    {
        await using var lines = new TestOutputWriter(output);
        await new ExchangeRun(5_000, Random.Shared.Next(1, 1_000_000), lines).PlayAsync();
    }

    [Fact]
    public void What_once_led_somewhere_is_read_as_it_must_be()
    {
        using var lines = new StringWriter();
        foreach (FuzzTarget target in FuzzTarget.All)
        {
            var fuzzer = new Fuzzer(target, new FuzzOptions(), lines);
            byte[][] seeds = [.. Corpus.ReadSeeds(target)];
            Assert.NotEmpty(seeds);
            Assert.All(seeds, seed => Assert.True(fuzzer.Replay(seed), $"{lines}"));
        }
    }
}
