namespace Broker.UnitTests.Specification;

/// <summary>Whom a normative statement binds.</summary>
internal enum Binding
{
    Server,
    Client,

    /// <summary>Both sides, or a client whom a server has to hold to it.</summary>
    Both,
}

/// <summary>A normative statement of a standard.</summary>
/// <param name="Id">Its label without brackets, for example <c>MQTT-3.1.0-2</c>.</param>
/// <param name="Binding">Whom it binds.</param>
/// <param name="Demand">What it demands, in our own words.</param>
/// <param name="Reason">Why there is no test, a word of <see cref="ReasonWords"/> first; null where there is to be one.</param>
internal sealed record Statement(string Id, Binding Binding, string Demand, string? Reason)
{
    /// <summary>What a reason may begin with; docs/spec-coverage.md says what each means.</summary>
    public static readonly string[] ReasonWords =
        ["not built yet: ", "never sent: ", "transport: ", "not one test: ", "no test yet: "];

    /// <summary>Reads <c>id | binding | demand [| reason]</c>.</summary>
    public static Statement Parse(string line)
    {
        string[] parts = line.Split(" | ");
        if (parts.Length is not (3 or 4)) throw new FormatException($"not a statement: {line}");
        Binding binding = parts[1] switch
        {
            "server" => Binding.Server,
            "client" => Binding.Client,
            "both" => Binding.Both,
            _ => throw new FormatException($"neither server, client nor both: {line}"),
        };
        return new Statement(parts[0], binding, parts[2], parts.ElementAtOrDefault(3));
    }
}
