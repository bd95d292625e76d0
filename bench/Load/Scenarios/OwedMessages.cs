using System.Text.Json;
using Load.Options;

namespace Load.Scenarios;

/// <summary>What sessions away are owed, kept in a file for a later run, after a restart for example.</summary>
/// <param name="Shape">Who they are.</param>
/// <param name="Options">Version, QoS and payload.</param>
/// <param name="Sent">Messages sent under each topic by each publisher.</param>
internal sealed record OwedMessages(FleetShape Shape, LoadOptions Options, IReadOnlyList<IReadOnlyList<long>> Sent)
{
    public static OwedMessages Load(string file) =>
        JsonSerializer.Deserialize<OwedMessages>(File.ReadAllText(file))
        ?? throw new LoadException($"{file} is empty");

    public void Save(string file) => File.WriteAllText(file, JsonSerializer.Serialize(this));
}
