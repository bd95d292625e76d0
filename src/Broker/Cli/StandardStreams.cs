namespace Broker.Cli;

/// <summary>The three streams of a process.</summary>
internal sealed record StandardStreams(TextReader Input, TextWriter Output, TextWriter Error)
{
    /// <summary>Opens the input as bytes. Who reads them reads nothing of <see cref="Input"/>.</summary>
    public Func<Stream> OpenInput { get; init; } = Console.OpenStandardInput;

    /// <summary>Those of this process.</summary>
    public static StandardStreams OfProcess => new(Console.In, Console.Out, Console.Error);
}
