namespace Load;

/// <summary>The run cannot go on: the broker is not there, refuses, or closes a connection.</summary>
internal sealed class LoadException(string message) : Exception(message);
