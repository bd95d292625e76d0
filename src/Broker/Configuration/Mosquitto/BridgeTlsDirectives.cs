using System.Collections.Immutable;
using static Broker.Configuration.Mosquitto.BridgeDirectives;

namespace Broker.Configuration.Mosquitto;

/// <summary>Rows: TLS of bridges.</summary>
internal static class BridgeTlsDirectives
{
    public static readonly ImmutableArray<Directive> Rows =
    [
        Option("bridge_cafile", ValueKinds.Text("path"), "none") with { IsDuplicateAnError = true },
        Option("bridge_capath", ValueKinds.Text("folder"), "none") with { IsDuplicateAnError = true },
        Option("bridge_certfile", ValueKinds.Text("path"), "none") with { IsDuplicateAnError = true },
        Option("bridge_keyfile", ValueKinds.Text("path"), "none"),
        Option("bridge_tls_use_os_certs", ValueKinds.Flag, "false") with { Since = "2.1" },
        Option("bridge_insecure", ValueKinds.Flag, "false"),
        Option("bridge_alpn", ValueKinds.Text("text"), "none") with { Since = "1.6", IsDuplicateAnError = true },
        Option("bridge_ciphers", ValueKinds.Text("OpenSSL cipher list"), "the platform's")
            with { Since = "2.1", IsDuplicateAnError = true },
        Option("bridge_ciphers_tls1.3", ValueKinds.Text("suite names"), "the platform's")
            with { Since = "2.1", IsDuplicateAnError = true },
        Option("bridge_tls_version", ValueKinds.Text("tlsv1.2, tlsv1.3"), "tlsv1.2") with { IsDuplicateAnError = true },
        Option("bridge_require_ocsp", ValueKinds.Flag, "false") with { Since = "1.6" },
        Option("bridge_identity", ValueKinds.Text("text"), "none") with { IsDuplicateAnError = true },
        Option("bridge_psk", ValueKinds.Text("hexadecimal digits"), "none") with { IsDuplicateAnError = true },
    ];
}
