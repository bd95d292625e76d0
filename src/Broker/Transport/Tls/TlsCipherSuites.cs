using System.Net.Security;
using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Broker.Configuration;

namespace Broker.Transport.Tls;

/// <summary>
/// From <c>ciphers</c> and <c>ciphers_tls1.3</c> to what .NET takes. OpenSSL itself reads the list, since its class words
/// (<c>HIGH</c>, <c>ECDHE+AESGCM</c>, <c>!aNULL</c>, <c>@STRENGTH</c>) mean what the library at hand says they mean.
/// </summary>
internal static class TlsCipherSuites
{
    // What mosquitto uses where the file says nothing.
    private const string DefaultList = "DEFAULT:!aNULL:!eNULL:!LOW:!EXPORT:!SSLv2:@STRENGTH";
    private const int Tls13Page = 0x13;

    private static readonly TlsCipherSuite[] DefaultTls13 =
    [
        TlsCipherSuite.TLS_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_AES_128_GCM_SHA256,
    ];

    /// <summary>The suites in the operator's order; null when the file names none (the platform's default holds) or on an
    /// error.</summary>
    public static CipherSuitesPolicy? Policy(
        TlsOptions options, SslProtocols protocols, X509Certificate2? own, List<string> errors, List<string> warnings)
    {
        if (options.Ciphers is null && options.CiphersTls13 is null) return null;
        if (OperatingSystem.IsWindows() || OperatingSystem.IsAndroid() || !TlsOpenSslCiphers.IsAvailable)
        {
            errors.Add("ciphers and ciphers_tls1.3 need OpenSSL 1.1.1 or later (libssl), which was not found here.");
            return null;
        }
        List<TlsCipherSuite> suites = [];
        if (protocols.HasFlag(SslProtocols.Tls13)) suites.AddRange(ReadTls13(options.CiphersTls13, errors));
        if (protocols.HasFlag(SslProtocols.Tls12)) suites.AddRange(ReadTls12(options.Ciphers, own, errors, warnings));
        return errors.Count == 0 ? Create(suites) : null;
    }

    /// <summary>OpenSSL's name of a suite, which is what mosquitto logs; else the standard's.</summary>
    public static string NameOf(TlsCipherSuite suite) =>
        TlsOpenSslCiphers.IsAvailable && TlsOpenSslCiphers.Names.TryGetValue((ushort)suite, out string? name)
            ? name
            : suite.ToString();

    [UnsupportedOSPlatform("windows")]
    [UnsupportedOSPlatform("android")]
    private static CipherSuitesPolicy Create(List<TlsCipherSuite> suites) => new(suites);

    private static List<TlsCipherSuite> ReadTls13(string? list, List<string> errors)
    {
        if (list is null) return [.. DefaultTls13];
        List<TlsCipherSuite> suites = [];
        foreach (string name in list.Split(':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (Enum.TryParse(name, out TlsCipherSuite suite) && (int)suite >> 8 == Tls13Page && !char.IsDigit(name[0]))
                suites.Add(suite);
            else
                errors.Add($"ciphers_tls1.3: '{name}' is not a suite of TLS 1.3; they are named like TLS_AES_256_GCM_SHA384.");
        }
        if (suites.Count == 0 && errors.Count == 0) errors.Add("ciphers_tls1.3 names no suite.");
        return suites;
    }

    private static List<TlsCipherSuite> ReadTls12(
        string? list, X509Certificate2? own, List<string> errors, List<string> warnings)
    {
        foreach (string word in TlsOpenSslCiphers.UnknownWords(list ?? ""))
            warnings.Add($"ciphers: OpenSSL does not know '{word}' and passes over it, as it does in mosquitto.");
        List<TlsCipherSuite> suites = TlsOpenSslCiphers.Select(list ?? DefaultList)
            .Select(number => (TlsCipherSuite)number)
            .Where(suite => Enum.IsDefined(suite) && (int)suite >> 8 != Tls13Page)
            .ToList();
        if (suites.Count == 0) errors.Add($"ciphers: OpenSSL finds no cipher that fits '{list}'.");
        else if (own is not null && !suites.Exists(suite => Fits(suite, own)))
        {
            string kind = own.GetRSAPublicKey() is null ? "EC" : "RSA";
            errors.Add($"ciphers: no cipher of '{list}' works with the {kind} key of the certificate.");
        }
        return suites;
    }

    // A suite of TLS 1.2 says in its name which kind of key signs the handshake.
    private static bool Fits(TlsCipherSuite suite, X509Certificate2 own)
    {
        using RSA? rsa = own.GetRSAPublicKey();
        bool isForCurves = suite.ToString().Contains("_ECDSA_", StringComparison.Ordinal);
        return isForCurves == rsa is null;
    }
}
