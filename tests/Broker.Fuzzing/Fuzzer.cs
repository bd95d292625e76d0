using System.Diagnostics;

namespace Broker.Fuzzing;

/// <summary>Makes inputs for a target, and goes on from those that lead somewhere new.</summary>
internal sealed class Fuzzer(FuzzTarget target, FuzzOptions options, TextWriter output)
{
    /// <summary>An input of a few kilobytes that takes longer is something to look at.</summary>
    private static readonly TimeSpan SlowAfter = TimeSpan.FromSeconds(1);

    private readonly Stopwatch _clock = new();

    /// <summary>Runs for a while.</summary>
    /// <param name="duration">For how long.</param>
    /// <returns>Whether everything held.</returns>
    public bool Run(TimeSpan duration)
    {
        var map = new CoverageMap();
        var corpus = new Corpus(target, options.Folder);
        foreach (byte[] input in corpus.Seeds.Concat(corpus.Kept))
        {
            if (!Holds(input)) return false;
            if (map.End() || corpus.Inputs.Count == 0) corpus.Add(input);
        }
        int begunWith = corpus.Inputs.Count;
        bool isBlind = map.EdgeCount == 0;
        if (isBlind)
        {
            foreach (byte[] input in corpus.Seeds) corpus.Add(input);
        }
        var mutator = new Mutator(new Random(options.Seed), target.Words);
        long rounds = 0;
        for (var whole = Stopwatch.StartNew(); whole.Elapsed < duration; rounds++)
        {
            byte[] input = mutator.Next(corpus.Inputs);
            if (!Holds(input)) return false;
            if (map.End()) corpus.Keep(input);
        }
        string reach = isBlind ? "blind: the code is not instrumented" : $"{map.EdgeCount} edges";
        output.WriteLine(
            $"{target.Name}: {rounds} inputs, {reach}, {corpus.Inputs.Count} kept ({begunWith} at the start), "
            + $"seed {options.Seed}");
        return true;
    }

    /// <summary>Reads one input.</summary>
    /// <returns>Whether everything held; said if not.</returns>
    public bool Replay(byte[] input) => Holds(input);

    private bool Holds(byte[] input)
    {
        CoverageMap.Begin();
        _clock.Restart();
        try
        {
            target.Run(input);
        }
#pragma warning disable CA1031 // Whatever it throws is what is looked for.
        catch (Exception broken)
        {
            Report(input, broken.ToString());
            return false;
        }
#pragma warning restore CA1031
        if (_clock.Elapsed < SlowAfter) return true;
        // A busy machine may stop anything for a second, once.
        _clock.Restart();
        target.Run(input);
        if (_clock.Elapsed < SlowAfter) return true;
        Report(input, $"it took {_clock.Elapsed}");
        return false;
    }

    private void Report(byte[] input, string what)
    {
        string folder = Directory.CreateDirectory(Path.Combine(options.Folder, "found")).FullName;
        string file = Path.Combine(folder, $"{target.Name}-{Corpus.NameOf(input)}");
        File.WriteAllBytes(file, input);
        output.WriteLine($"{target.Name}: {what}");
        output.WriteLine($"input: {EscapedText.Of(input)}");
        output.WriteLine($"again: bench/fuzz.sh {target.Name} --replay {file}");
    }
}
