namespace Broker.Diagnostics;

/// <summary>
/// Every log event has one number. The range decides mosquitto's <c>log_type</c>: 1000 to 1999 information, 3000 to 3049
/// subscribe, 3050 to 3099 unsubscribe; elsewhere the log level decides (Information is notice).
/// </summary>
internal static class EventIds
{
    public const int Starting = 1000;
    public const int ConfigurationLoaded = 1001;
    public const int ListenerOpening = 1002;
    public const int Running = 1003;
    public const int Stopping = 1004;
    public const int RunningAs = 1005;
    public const int ListenerOpeningUnix = 1006;
    public const int StoreOpened = 1007;
    public const int StoreLoaded = 1008;
    public const int StoreClosed = 1009;
    public const int NothingToSave = 1010;
    public const int NothingIsKept = 1011;
    public const int ListenerNotDurable = 1012;
    public const int AdminOpening = 1013;
    public const int StoreKeepsOnly = 1014;
    public const int HttpApiOpening = 1015;
    public const int StoreBansLoaded = 1036;
    public const int Reloading = 1021;
    public const int Reloaded = 1022;
    public const int FilesReloaded = 1023;
    public const int TlsFilesChanged = 1025;
    public const int DescriptorLimitChanged = 1040;
    public const int StoodStill = 1041;
    public const int ClockSetForward = 1042;
    public const int ClockSetBack = 1043;

    public const int NewConnection = 2000;
    public const int ClientConnected = 2001;
    public const int ClientDisconnected = 2002;
    public const int ClientClosedConnection = 2003;
    public const int ClientTimedOut = 2004;
    public const int ClientTakenOver = 2005;
    public const int ClientFaulted = 2006;
    public const int ConnectRefused = 2007;
    public const int ClientConnectedAs = 2013;
    public const int TlsOnPlainPort = 2008;
    public const int ConnectionLimit = 2009;
    public const int ConnectionFailed = 2010;
    public const int SessionExpired = 2011;
    public const int QueueFull = 2012;
    public const int HashCannotServeScram = 2014;
    public const int ClientEndedByAdministrator = 2015;
    public const int AdministratorChanged = 2016;
    public const int ClientIdFoughtOver = 2020;
    public const int ClientIdAtPeace = 2021;
    public const int ClientIdsFoughtOver = 2022;
    public const int ClientIdsAtPeace = 2023;
    public const int LimitMet = 2030;
    public const int BannedForFlapping = 2050;
    public const int BannedForFailedLogins = 2051;
    public const int BanNotMade = 2052;
    public const int BannedAtAccept = 2053;
    public const int ProxyNegotiated = 2110;
    public const int ProxyHeaderCorrupt = 2111;
    public const int ProxyHeaderMissing = 2112;
    public const int ProxyHeaderClosed = 2113;
    public const int ProxyNotTrusted = 2114;
    public const int ProxyWithoutTls = 2115;
    public const int ProxyWithoutCertificate = 2116;

    public const int JwksFetched = 1201;
    public const int HttpAuthAnswers = 1202;
    public const int IdentityNotVerified = 2200;

    public const int Subscribed = 3000;
    public const int Unsubscribed = 3050;

    public const int PublishReceived = 4000;
    public const int PublishDenied = 4001;

    public const int ListenerFailed = 5000;
    public const int ListenerAddressMissing = 5003;
    public const int ReloadWarning = 5004;
    public const int StartWarning = 5005;
    public const int StartFailed = 5001;
    public const int StopTimedOut = 5002;
    public const int StoreAway = 5006;
    public const int StoreBack = 5007;
    public const int StoreLost = 5008;
    public const int StoreWaiterFailed = 5009;
    public const int StoreQuarantined = 5010;
    public const int StoreBesideMosquittos = 5011;
    public const int StoreNotRead = 5012;
    public const int StoreReadAgain = 5013;
    public const int ReloadError = 5014;
    public const int NotReloaded = 5015;
    public const int TlsFilesKept = 5016;
    public const int TlsFilesWarning = 5017;
    public const int TlsFilesError = 5018;
    public const int TlsKeysLogged = 5019;
    public const int TlsCertificateExpired = 5020;
    public const int StoreStillAway = 5021;
    public const int AuditNotWritten = 5025;
    public const int StoreDropped = 5030;
    public const int StoreBanUnknown = 5050;
    public const int JwksNotFetched = 5100;
    public const int HttpAuthFails = 5101;
    public const int DescriptorsFull = 5110;
    public const int DescriptorsNone = 5111;
    public const int DescriptorsFree = 5112;
}
