namespace Broker.CrashHarness.Facts;

/// <summary>How a message is called in histories, so that its lines can be found.</summary>
internal static class Words
{
    public static string Of(SentMessage message) => $"{message.Publisher} #{message.Number} ";
}
