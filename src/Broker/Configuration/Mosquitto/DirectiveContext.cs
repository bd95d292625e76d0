namespace Broker.Configuration.Mosquitto;

/// <summary>What a directive needs to take over its value: the line, the sections that are open, and where to complain.</summary>
/// <param name="directive">The row of the table.</param>
/// <param name="name">The spelling used.</param>
/// <param name="at">Where it stands.</param>
/// <param name="value">What follows it.</param>
/// <param name="file">The file that is being read.</param>
internal sealed class DirectiveContext(
    Directive directive, string name, SourcePosition at, ConfigurationValue value, ConfigurationFile file)
{
    /// <summary>The row of the table.</summary>
    public Directive Directive { get; } = directive;

    /// <summary>The spelling used.</summary>
    public string Name { get; } = name;

    /// <summary>Where the directive stands.</summary>
    public SourcePosition At { get; } = at;

    /// <summary>What follows it.</summary>
    public ConfigurationValue Value { get; } = value;

    /// <summary>The file that is being read, with the sections that are open in it.</summary>
    public ConfigurationFile File { get; } = file;

    /// <summary>The configuration so far.</summary>
    public ConfigurationBuilder Builder => File.Builder;

    /// <summary>Where to complain.</summary>
    public ConfigurationReport Report => File.Report;

    /// <summary>The place of a value on this line.</summary>
    public SourcePosition PlaceOf(ConfigurationValue part) => At with { Column = part.Column };

    /// <summary>The value is a mistake.</summary>
    public void Error(ConfigurationValue part, string text, string? mosquittoText = null) =>
        Report.Error(PlaceOf(part), text, mosquittoText);

    /// <summary>The value is taken, but somebody should look.</summary>
    public void Warning(ConfigurationValue part, string text, string? mosquittoText = null) =>
        Report.Warning(PlaceOf(part), text, mosquittoText);
}
