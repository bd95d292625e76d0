namespace Broker.Configuration;

/// <summary>What the process ends with. The numbers are mosquitto's: scripts and service files look at them.</summary>
internal static class ExitCode
{
    /// <summary>An orderly end, or an answer that was asked for (<c>-h</c>, <c>--version</c>, <c>--test-config</c>).</summary>
    public const int Success = 0;

    /// <summary>A certificate, key or cipher that does not work; an address that cannot be opened; anything unforeseen.</summary>
    public const int Failure = 1;

    /// <summary>The configuration or the command line is wrong, <c>user</c> is unknown, a password file is broken.</summary>
    public const int BadConfiguration = 3;

    /// <summary>A password file cannot be opened.</summary>
    public const int FileNotOpened = 13;

    /// <summary>The pid file cannot be written.</summary>
    public const int PidFileNotWritten = 14;
}
