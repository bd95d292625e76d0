using System.Buffers;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Protocol.Properties;
using Broker.TestKit.Packets;

namespace Broker.UnitTests.Protocol;

public sealed class PropertyTests
{
    public static TheoryData<string, PropertyOwners> Cells()
    {
        var cells = new TheoryData<string, PropertyOwners>();
        foreach ((string property, _) in PropertyMatrix.Rows)
        {
            foreach (PropertyOwners owner in PropertyMatrix.Carriers)
            {
                cells.Add(property, owner);
            }
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_property_is_taken_only_where_the_specification_allows_it(string property, PropertyOwners owner)
    {
        Fault? fault = Read(PropertyMatrix.Frame(owner, property), out object? packet);

        Assert.Same(IsAllowed(property, owner) ? null : Faults.PropertyNotAllowedHere, fault);
        Assert.True(fault is not null || packet is not null);
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_property_may_come_twice_only_where_the_specification_allows_it(string property, PropertyOwners owner)
    {
        if (!IsAllowed(property, owner))
        {
            return;
        }

        Fault? fault = Read(PropertyMatrix.Frame(owner, $"{property} {property}"), out _);

        Assert.Same(PropertyMatrix.IsRepeatable(property, owner) ? null : Faults.PropertyTwice, fault);
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_property_that_is_read_is_written_again(string property, PropertyOwners owner)
    {
        if (!IsAllowed(property, owner))
        {
            return;
        }

        Assert.Null(Read(PropertyMatrix.Frame(owner, property), out object? packet));
        byte[] written = Codec.Write(packet!, ProtocolVersion.Mqtt50);

        // Properties whose sample is the default are left out; reading again must come to the same.
        Assert.Equal(Described.Of(packet), Described.Of(Codec.Read(written, ProtocolVersion.Mqtt50)));
        bool isDefault = PropertyMatrix.IdOf(property) == 0x17;
        Assert.Equal(!isDefault, Contains(written, WireFrame.Parse(property)));
    }

    [Fact]
    public void A_property_that_ends_early_is_truncated_wherever_it_ends()
    {
        foreach ((string property, PropertyOwners owners) in PropertyMatrix.Rows)
        {
            byte[] whole = WireFrame.Parse(property);
            PropertyOwners owner = PropertyMatrix.Carriers.First(candidate => (candidate & owners) != 0);
            for (int length = 1; length < whole.Length; length++)
            {
                var reader = new PropertyReader(whole.AsSpan(0, length), owner);

                Assert.False(reader.MoveNext(), property);
                Assert.Same(Faults.PacketTruncated, reader.Fault);
                Assert.False(reader.MoveNext(), "a reader with a fault stays where it is");
            }
        }
    }

    [Fact]
    public void The_table_has_every_property_and_no_other()
    {
        Assert.Equal(
            PropertyMatrix.Rows.Select(row => (PropertyId)PropertyMatrix.IdOf(row.Wire)),
            PropertyTable.All.Select(rule => rule.Id));
        Assert.Equal(Enum.GetValues<PropertyId>(), PropertyTable.All.Select(rule => rule.Id));
    }

    [Fact]
    public void Numbers_without_a_range_take_their_whole_width()
    {
        string[] extremes = ["02 ff ff ff ff", "0b ff ff ff 7f", "23 ff ff", "02 00 00 00 00"];
        foreach (string property in extremes)
        {
            Assert.Null(Read(PropertyMatrix.Frame(PropertyOwners.Publish, property), out _));
        }
    }

    private static bool IsAllowed(string property, PropertyOwners owner) =>
        (PropertyMatrix.Rows.Single(row => row.Wire == property).Owners & owner) != 0;

    private static bool Contains(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> part) => bytes.IndexOf(part) >= 0;

    private static Fault? Read(string wire, out object? packet)
    {
        var bytes = new ReadOnlySequence<byte>(WireFrame.Parse(wire));
        Codec.TryRead(bytes, ProtocolVersion.Mqtt50, PublishDirection.FromServer, 0, out packet, out Fault? fault);
        return fault;
    }
}
