namespace Broker.Protocol.Properties;

/// <summary>How the value of a property is encoded (MQTT 5.0 table 2-4).</summary>
public enum PropertyType : byte
{
    /// <summary>One byte.</summary>
    Byte,
    /// <summary>Two byte integer.</summary>
    TwoByteInteger,
    /// <summary>Four byte integer.</summary>
    FourByteInteger,
    /// <summary>Variable byte integer.</summary>
    VariableByteInteger,
    /// <summary>Binary data with a two byte length.</summary>
    Binary,
    /// <summary>UTF-8 string.</summary>
    Utf8,
    /// <summary>Two UTF-8 strings, a name and a value.</summary>
    Utf8Pair,
}
