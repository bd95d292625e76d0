namespace Broker.Hosting;

/// <summary>Exit statuses of mosquitto, which init scripts and health checks look at.</summary>
internal static class ExitCodes
{
    /// <summary>Orderly end.</summary>
    public const int Success = 0;

    /// <summary>A certificate that does not work, a port in use or not permitted, an address that is not known.</summary>
    public const int StartFailed = 1;

    /// <summary>A configuration, flag, account or password file that is wrong.</summary>
    public const int BadConfiguration = 3;

    /// <summary>A password file that cannot be opened.</summary>
    public const int FileUnreadable = 13;

    /// <summary>A pid file that cannot be written.</summary>
    public const int PidFile = 14;
}
