namespace Broker.Configuration.Mosquitto;

/// <summary>A directive as a line of a file says it, valid and taken over.</summary>
/// <param name="Directive">The row of the table.</param>
/// <param name="At">Where it stands.</param>
/// <param name="ValueAt">Where its value stands.</param>
/// <param name="Value">Its value as written, without comment.</param>
/// <param name="Owner">The builder that it was taken over into.</param>
internal sealed record SaidDirective(
    Directive Directive, SourcePosition At, SourcePosition ValueAt, string Value, object Owner);
