using Broker.TestKit;

namespace Broker.ConformanceTests.Model;

/// <summary>
/// Random operations of a few clients, on the engine and on a model of a few dozen lines: both must say the same. A failure names
/// its seed: add it to <see cref="Seeds"/> to see it again.
/// </summary>
public sealed class ModelTests
{
    private const int StepsPerSeed = 250;

    // Fixed seeds keep yesterday's ground, a fresh one breaks new ground in each run.
    public static TheoryData<int> Seeds => [1, 2, 3, 4, Environment.TickCount & 0xFFFFFF];

    [Theory, Spec("MQTT-4.6.0-6", "3.1.1"), Spec("MQTT-3.3.4-2")]
    [MemberData(nameof(Seeds))]
    public Task PUBLISH_FromServer_AfterRandomOperations_IsWhatTheModelSays(int seed) =>
        new ModelRun(seed, allowsDuplicates: true).RunAsync(StepsPerSeed);

    [Theory, Spec("MQTT-4.6.0-6", "3.1.1"), Spec("MQTT-3.3.4-2")]
    [MemberData(nameof(Seeds))]
    public Task PUBLISH_FromServer_AfterRandomOperationsWithoutDuplicates_IsWhatTheModelSays(int seed) =>
        new ModelRun(seed, allowsDuplicates: false).RunAsync(StepsPerSeed);
}
