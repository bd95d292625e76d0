using Broker.Protocol.Properties;
using static Broker.Protocol.Properties.PropertyOwners;

namespace Broker.UnitTests.Protocol;

/// <summary>MQTT 5.0 table 2-4, typed in again from the specification, with a sample value of each property.</summary>
internal static class PropertyMatrix
{
    private const PropertyOwners Acks = PubAck | PubRec | PubRel | PubComp | SubAck | UnsubAck;

    public static IReadOnlyList<(string Wire, PropertyOwners Owners)> Rows { get; } =
    [
        ("01 01", Publish | Will),
        ("02 00 00 00 09", Publish | Will),
        ("03 <'text'>", Publish | Will),
        ("08 <'r/t'>", Publish | Will),
        ("09 <00 ff>", Publish | Will),
        ("0b ff 01", Publish | Subscribe),
        ("11 00 00 00 09", Connect | ConnAck | Disconnect),
        ("12 <'id'>", ConnAck),
        ("13 00 09", ConnAck),
        ("15 <'m'>", Connect | ConnAck | Auth),
        ("16 <00 ff>", Connect | ConnAck | Auth),
        ("17 01", Connect),
        ("18 00 00 00 09", Will),
        ("19 01", Connect),
        ("1a <'info'>", ConnAck),
        ("1c <'server'>", ConnAck | Disconnect),
        ("1f <'why'>", ConnAck | Acks | Disconnect | Auth),
        ("21 00 09", Connect | ConnAck),
        ("22 00 09", Connect | ConnAck),
        ("23 00 09", Publish),
        ("24 01", ConnAck),
        ("25 01", ConnAck),
        ("26 <'name'> <'value'>", Connect | ConnAck | Publish | Will | Acks | Subscribe | Unsubscribe | Disconnect | Auth),
        ("27 00 00 00 09", Connect | ConnAck),
        ("28 01", ConnAck),
        ("29 01", ConnAck),
        ("2a 01", ConnAck),
    ];

    public static IEnumerable<PropertyOwners> Carriers => Enum.GetValues<PropertyOwners>().Where(owner => owner != None);

    public static byte IdOf(string property) => WireFrame.Parse(property)[0];

    public static bool IsRepeatable(string property, PropertyOwners owner) =>
        IdOf(property) == 0x26 || (IdOf(property) == 0x0b && owner == Publish);

    /// <summary>A packet that is in order but for the property block it is given.</summary>
    public static string Frame(PropertyOwners owner, string properties) => owner switch
    {
        Will => $"10 .. <'MQTT'> 05 06 00 00 () <'c'> ({properties}) <'w'> <>",
        Connect => $"10 .. <'MQTT'> 05 02 00 00 ({properties} {Method(properties)}) <'c'>",
        ConnAck => $"20 .. 00 00 ({properties})",
        Publish => $"30 .. <'a'> ({properties})",
        PubAck => $"40 .. 00 01 00 ({properties})",
        PubRec => $"50 .. 00 01 00 ({properties})",
        PubRel => $"62 .. 00 01 00 ({properties})",
        PubComp => $"70 .. 00 01 00 ({properties})",
        Subscribe => $"82 .. 00 01 ({properties}) <'a'> 00",
        SubAck => $"90 .. 00 01 ({properties}) 00",
        Unsubscribe => $"a2 .. 00 01 ({properties}) <'a'>",
        UnsubAck => $"b0 .. 00 01 ({properties}) 00",
        Disconnect => $"e0 .. 00 ({properties})",
        Auth => $"f0 .. 18 ({properties} {Method(properties)})",
        _ => throw new ArgumentOutOfRangeException(nameof(owner)),
    };

    // Where authentication is spoken of the method is owed, and once only.
    private static string Method(string properties) => properties.Contains("15 <", StringComparison.Ordinal) ? "" : "15 <'m'>";
}
