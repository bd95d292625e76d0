namespace Broker.Protocol;

/// <summary>
/// Why bytes or an operation of a peer were refused: a value from a catalogue such as <see cref="Faults"/>, never built
/// on the way.
/// </summary>
/// <param name="ReasonCode">What a 5.0 peer is told.</param>
/// <param name="Text">What the operator reads: a short clause without a full stop.</param>
/// <param name="Clause">The normative statement that was broken, for example <c>MQTT-3.3.1-4</c>.</param>
public sealed record Fault(ReasonCode ReasonCode, string Text, string Clause);
