namespace Broker.Configuration.Mosquitto;

/// <summary>One file while it is read: the sections its later lines attach to. An included file begins with none open.</summary>
internal sealed class ConfigurationFile(ConfigurationBuilder builder, ConfigurationReport report, bool isIncluded)
{
    /// <summary>The configuration that all files fill.</summary>
    public ConfigurationBuilder Builder { get; } = builder;

    /// <summary>Where to complain.</summary>
    public ConfigurationReport Report { get; } = report;

    /// <summary>Whether an <c>include_dir</c> brought it in.</summary>
    public bool IsIncluded { get; } = isIncluded;

    /// <summary>The listener that listener options attach to.</summary>
    public ListenerBuilder? CurrentListener { get; set; }

    /// <summary>The bridge that bridge options attach to.</summary>
    public BridgeSection? CurrentBridge { get; set; }

    /// <summary>The plugin that plugin options attach to.</summary>
    public PluginSection? CurrentPlugin { get; set; }

    /// <summary>Reads the lines of a file.</summary>
    public void Read(string name, ReadOnlyMemory<byte> bytes)
    {
        foreach (ConfigurationLine line in ConfigurationLexer.Read(name, bytes, Report)) Read(line);
    }

    private void Read(ConfigurationLine line)
    {
        Directive? directive = DirectiveTable.Find(line.Name);
        if (directive is null)
        {
            Report.Error(
                line.Position, UnknownDirective.Describe(line.Name), $"Error: Unknown configuration variable '{line.Name}'.",
                "unknown-directive");
            return;
        }
        if (!line.TryReadValue(directive.WordsBeforeComment, out ConfigurationValue value))
        {
            Report.Error(
                line.Position with { Column = value.Column }, $"the value of '{line.Name}' is not UTF-8 from here on",
                "Error: Malformed UTF-8 in configuration.");
            return;
        }
        directive.Bind(new DirectiveContext(directive, line.Name, line.Position, value, this));
    }
}
