using System.Collections.Immutable;

namespace Broker.Configuration.Mosquitto;

/// <summary>Which line each option came from.</summary>
/// <param name="builder">What was read.</param>
/// <param name="listeners">The listeners, in the order of <see cref="BrokerOptions.Listeners"/>.</param>
internal sealed class ConfigurationOrigins(ConfigurationBuilder builder, ImmutableArray<ListenerBuilder> listeners)
{
    private const string ListenerForm = "listener_";

    /// <summary>The listeners, in the order of <see cref="BrokerOptions.Listeners"/>.</summary>
    public ImmutableArray<ListenerBuilder> Listeners { get; } = listeners;

    /// <summary>What the command line and the environment said.</summary>
    public CommandLineOverrides Overrides { get; init; } = CommandLineOverrides.None;

    /// <summary>Every directive, in the order of the files.</summary>
    public IReadOnlyList<SaidDirective> All => builder.Said;

    /// <summary>Whether security options belong to the listener above them.</summary>
    public bool PerListenerSettings => builder.PerListenerSettings;

    /// <summary>The lines of a global option that count: the last one, or all where they add up.</summary>
    public ImmutableArray<SaidDirective> Global(string name) => Counting(name, builder, builder.Security);

    /// <summary>The environment variable that says what a global option is, whatever the lines say; null: none does.</summary>
    public string? VariableOf(string name) => name switch
    {
        "persistence_url" when Overrides.PersistenceUrl is not null => CommandLineOverrides.PersistenceUrlVariable,
        "persistence_location" when Overrides.PersistenceLocation is not null => CommandLineOverrides.PersistenceLocationVariable,
        _ => null,
    };

    /// <summary>The lines that give a listener its value of an option: its own, else those for all.</summary>
    /// <param name="index">Which of <see cref="Listeners"/>.</param>
    /// <param name="name">The directive's name.</param>
    public ImmutableArray<SaidDirective> Of(int index, string name)
    {
        ListenerBuilder listener = Listeners[index].Origin;
        ImmutableArray<SaidDirective> own = Counting(ListenerForm + name, listener);
        if (own.IsEmpty) own = Counting(name, listener, listener.Security);
        return own.IsEmpty ? Counting(name, builder.Security) : own;
    }

    /// <summary>Where a listener's option was given; where the listener was opened when it was not.</summary>
    public SourcePosition PlaceOf(int index, string name)
    {
        if (Of(index, name) is [.., { ValueAt: var at }]) return at;
        ListenerBuilder listener = Listeners[index];
        SourcePosition? file = name switch
        {
            "acl_file" => listener.Security.AclFileAt ?? builder.Security.AclFileAt,
            "password_file" => listener.Security.PasswordFileAt ?? builder.Security.PasswordFileAt,
            _ => null,
        };
        return file ?? listener.OpenedAt;
    }

    /// <summary>The same for an <c>admin_listener</c>.</summary>
    /// <param name="index">Which of <see cref="BrokerOptions.AdminListeners"/>.</param>
    /// <param name="name">The directive's name.</param>
    public SourcePosition PlaceOfAdmin(int index, string name) =>
        OfAdmin(index, name) is [.., { ValueAt: var at }] ? at : builder.AdminListeners[index].OpenedAt;

    /// <summary>The lines that give an <c>admin_listener</c> its value of an option.</summary>
    public ImmutableArray<SaidDirective> OfAdmin(int index, string name) => Counting(name, builder.AdminListeners[index]);

    private ImmutableArray<SaidDirective> Counting(string name, params object[] owners)
    {
        SaidDirective[] said = [.. builder.Said.Where(one => one.Directive.Name == name && owners.Contains(one.Owner))];
        return said.Length > 1 && !said[0].Directive.Accumulates ? [said[^1]] : [.. said];
    }
}
