using System.Buffers;
using System.Reflection;
using Broker.Protocol;
using Broker.TestKit.Packets;

namespace Broker.UnitTests.Protocol;

public sealed class FaultsTests
{
    private static readonly Dictionary<string, Fault> ByName = typeof(Faults)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .ToDictionary(field => field.Name, field => (Fault)field.GetValue(null)!);

    public static TheoryData<string> Vectors => [.. RejectVectors.All.Select(vector => vector.ToString())];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_reject_vector_gives_its_fault_in_every_segmentation(string name)
    {
        RejectVector vector = RejectVectors.All.Single(candidate => candidate.ToString() == name);
        byte[] wire = WireFrame.Parse(vector.Wire);

        foreach (ReadOnlySequence<byte> bytes in Segmentations.Of(wire))
        {
            bool isRead = Codec.TryRead(
                bytes, vector.Version, vector.Direction, vector.PacketBytesMax, out object? packet, out Fault? fault);

            Assert.False(isRead, $"accepted as {Described.Of(packet)}");
            Assert.Same(ByName[vector.Fault], fault);
        }
    }

    [Fact]
    public void Every_fault_of_the_catalogue_is_provoked_by_a_vector()
    {
        IEnumerable<string> provoked = RejectVectors.All.Select(vector => vector.Fault).Distinct();

        Assert.Equal(ByName.Keys.Order(StringComparer.Ordinal), provoked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_catalogue_lists_every_fault_once() => Assert.Equal(ByName.Values.ToHashSet(), Faults.All.ToHashSet());

    [Fact]
    public void No_two_faults_say_the_same() =>
        Assert.Equal(Faults.All.Count, Faults.All.Select(fault => fault.Text).Distinct().Count());

    [Fact]
    public void Every_fault_names_a_statement_or_a_section_and_a_failure()
    {
        foreach (Fault fault in Faults.All)
        {
            Assert.Matches(@"^(MQTT-\d(\.\d+){2}-\d+|MQTT (5\.0|3\.1\.1) section \d(\.\d+)+)$", fault.Clause);
            Assert.True(fault.ReasonCode >= ReasonCode.UnspecifiedError, $"{fault}");
        }
    }
}
