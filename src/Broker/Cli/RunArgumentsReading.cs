namespace Broker.Cli;

/// <summary>What reading the flags gave: arguments, or a reason to end right away.</summary>
internal readonly record struct RunArgumentsReading
{
    /// <summary>What is asked for; null: end with <see cref="ExitCode"/>.</summary>
    public RunArguments? Arguments { get; init; }

    /// <summary>With no arguments: what to end with.</summary>
    public int ExitCode { get; init; }

    /// <summary>What to print on standard output; empty: nothing.</summary>
    public string Output { get; init; }

    /// <summary>What to print on standard error; empty: nothing.</summary>
    public string Error { get; init; }
}
