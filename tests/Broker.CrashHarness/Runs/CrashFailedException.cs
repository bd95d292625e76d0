namespace Broker.CrashHarness.Runs;

/// <summary>A promise was broken; the message is the whole report.</summary>
internal sealed class CrashFailedException(string report) : Exception(report);
