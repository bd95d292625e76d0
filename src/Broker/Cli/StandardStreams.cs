namespace Broker.Cli;

/// <summary>The three streams of a process.</summary>
internal sealed record StandardStreams(TextReader Input, TextWriter Output, TextWriter Error)
{
    /// <summary>Those of this process.</summary>
    public static StandardStreams OfProcess => new(Console.In, Console.Out, Console.Error);
}
