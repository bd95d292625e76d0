using Broker.Configuration;

namespace Broker.Diagnostics;

/// <summary>From .NET's log levels and our event ids to mosquitto's <c>log_type</c>.</summary>
internal static class LogKinds
{
    /// <summary>The kind of a line: the level decides, but for the ranges of <see cref="EventIds"/>.</summary>
    public static LogTypes Of(LogLevel level, EventId id) => level switch
    {
        LogLevel.Critical or LogLevel.Error => LogTypes.Error,
        LogLevel.Warning => LogTypes.Warning,
        LogLevel.Information => id.Id is >= 1000 and < 2000 ? LogTypes.Information : LogTypes.Notice,
        LogLevel.None => LogTypes.None,
        _ => id.Id switch
        {
            >= 3000 and < 3050 => LogTypes.Subscribe,
            >= 3050 and < 3100 => LogTypes.Unsubscribe,
            _ => LogTypes.Debug,
        },
    };

    /// <summary>Whether a level can give a line of one of these kinds.</summary>
    public static bool IsEnabled(LogTypes types, LogLevel level) => level switch
    {
        LogLevel.None => false,
        LogLevel.Critical or LogLevel.Error => types.HasFlag(LogTypes.Error),
        LogLevel.Warning => types.HasFlag(LogTypes.Warning),
        LogLevel.Information => (types & (LogTypes.Information | LogTypes.Notice)) != 0,
        _ => (types & (LogTypes.Debug | LogTypes.Subscribe | LogTypes.Unsubscribe)) != 0,
    };
}
