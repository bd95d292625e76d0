using System.Diagnostics.CodeAnalysis;

namespace Broker.Configuration.Mosquitto;

/// <summary>Reads a value; complains and returns false when it is none of its kind.</summary>
internal delegate bool ValueReader<T>(DirectiveContext context, [MaybeNullWhen(false)] out T value);

/// <summary>A kind of value.</summary>
/// <param name="Description">For people: <c>true, false</c> or <c>0 to 65535</c>.</param>
/// <param name="Read">Reads one.</param>
internal sealed record ValueKind<T>(string Description, ValueReader<T> Read);
