namespace Broker.Sessions;

/// <summary>What a session has to send.</summary>
/// <param name="IsOnline">Whether a connection serves it.</param>
/// <param name="Waiting">Messages that wait, in memory or in the store.</param>
/// <param name="WaitingBytes">Their payload bytes.</param>
/// <param name="InFlight">Messages with QoS 1 and 2 that were sent and are not acknowledged to the end.</param>
/// <param name="InFlightBytes">Payload bytes of those of this connection.</param>
internal readonly record struct QueueDepths(bool IsOnline, int Waiting, long WaitingBytes, int InFlight, long InFlightBytes);
