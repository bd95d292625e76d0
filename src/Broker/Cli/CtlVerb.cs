using System.Text.Json;

namespace Broker.Cli;

/// <summary>What a command of <c>broker ctl</c> works with.</summary>
/// <param name="Arguments">Of the command line.</param>
/// <param name="Client">Whom it asks.</param>
/// <param name="Streams">Where it reads and writes.</param>
/// <param name="Width">Of the terminal, characters; null: there is none.</param>
/// <param name="Stop">Ends it.</param>
internal sealed record CtlRun(
    CtlArguments Arguments, CtlClient Client, StandardStreams Streams, int? Width, CancellationToken Stop)
{
    /// <summary>Writes an answer as it is.</summary>
    public Task WriteJsonAsync(JsonElement answer)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, new JsonWriterOptions { Indented = true })) answer.WriteTo(writer);
        return Streams.Output.WriteLineAsync(System.Text.Encoding.UTF8.GetString(bytes.ToArray()));
    }

    /// <summary>Writes an answer as it is, or in words.</summary>
    public Task WriteAsync(JsonElement answer, string words) =>
        Arguments.IsJson ? WriteJsonAsync(answer) : Streams.Output.WriteLineAsync(words);
}

/// <summary>A command of <c>broker ctl</c>.</summary>
/// <param name="Name">The word for it.</param>
/// <param name="Words">What stands behind the word, for the usage.</param>
/// <param name="Help">What it does, a clause.</param>
/// <param name="RunAsync">Does it; gives what is wrong with the arguments, a sentence, or null.</param>
internal sealed record CtlVerb(string Name, string Words, string Help, Func<CtlRun, Task<string?>> RunAsync)
{
    /// <summary>Its options that take a value.</summary>
    public string[] TakesValue { get; init; } = [];

    /// <summary>Its options that take none.</summary>
    public string[] Flags { get; init; } = [];
}
