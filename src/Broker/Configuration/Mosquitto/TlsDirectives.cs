using System.Collections.Immutable;
using System.Security.Authentication;
using static Broker.Configuration.Mosquitto.DirectiveTargets;

namespace Broker.Configuration.Mosquitto;

/// <summary>Rows: TLS of a listener.</summary>
internal static class TlsDirectives
{
    private const string NoPsk =
        "the platform's TLS has no pre-shared keys, and the listener would be open without them; use certificates";

    private const string NoEngine = "keys come from PEM files only";

    public static readonly ImmutableArray<Directive> Rows =
    [
        Row.Works("certfile", Listener, ValueKinds.Text("path of a PEM chain"), "none",
                (listener, value) => listener.Tls = listener.Tls with { CertFile = value })
            with { Note = "With key, authorities and revocation list read again when a file changes, and at SIGHUP." },
        Row.Works("keyfile", Listener, ValueKinds.Text("path of a PEM key"), "none",
                (listener, value) => listener.Tls = listener.Tls with { KeyFile = value })
            with { Note = "An encrypted key is an error: there is no terminal to ask." },
        Row.Works("cafile", ListenerRequired, ValueKinds.Text("path of a PEM bundle"), "none",
            (listener, value) => listener.Tls = listener.Tls with { CaFile = value }),
        Row.Works("capath", Listener, ValueKinds.Text("folder of PEM files"), "none",
                (listener, value) => listener.Tls = listener.Tls with { CaPath = value })
            with { Note = "Every file counts; hashed names are not needed." },
        Row.Works("require_certificate", Listener, ValueKinds.Flag, "false",
            (listener, value) => listener.Tls = listener.Tls with { RequireCertificate = value }),
        Row.Works("use_identity_as_username", Listener, ValueKinds.Flag, "false",
            (listener, value) => listener.Tls = listener.Tls with { UseIdentityAsUsername = value }),
        Row.Works("use_subject_as_username", Listener, ValueKinds.Flag, "false",
                (listener, value) => listener.Tls = listener.Tls with { UseSubjectAsUsername = value })
            with { Since = "1.5" },
        Row.Works("disable_client_cert_date_checks", ListenerRequired, ValueKinds.Flag, "false",
                (listener, value) => listener.Tls = listener.Tls with { DisableClientCertDateChecks = value })
            with { Since = "2.1" },
        Row.Works("ciphers", Listener, ValueKinds.Text("OpenSSL cipher list"), "the platform's",
            (listener, value) => listener.Tls = listener.Tls with { Ciphers = value }),
        Row.Works("ciphers_tls1.3", Listener, ValueKinds.Text("suite names, colons between"), "the platform's",
                (listener, value) => listener.Tls = listener.Tls with { CiphersTls13 = value })
            with { Since = "2.0" },
        Row.Works("tls_version", ListenerRequired, ValueKinds.Words("tlsv1.2, tlsv1.3", ','), "tlsv1.2 and later", SetVersions)
            with
            {
                IsDuplicateAnError = true,
                Note = "One value is the lowest version, as in mosquitto; several values are exactly these versions. `tlsv1.1` "
                    + "and older are an error (mosquitto warns and uses 1.2).",
            },
        Row.Works("crlfile", Listener, ValueKinds.Text("path of a PEM CRL"), "none",
                (listener, value) => listener.Tls = listener.Tls with { CrlFile = value })
            with { Note = "With `require_certificate`, as in mosquitto. Read again when the file changes." },
        Row.Works("sni_certificate", ListenerRequired, ValueKinds.Words("CERTFILE KEYFILE"), "none", AddSniCertificate)
            with
            {
                Since = Directive.Ours,
                Accumulates = true,
                Note = "One more certificate, for clients that ask for a DNS name in it (`*.` stands for one label); the others "
                    + "get `certfile`. The paths have no blanks.",
            },
        Row.Gone("dhparamfile", Global, "Warning: dhparamfile is no longer required.",
                "the platform chooses its own parameters, as mosquitto 2.1 does")
            with { Since = "1.6" },
        Row.Idle("tls_engine", Listener, ValueKinds.Text("OpenSSL engine"), "none", DirectiveStatus.Refused, NoEngine)
            with { Since = "1.6" },
        Row.Idle("tls_engine_kpass_sha1", Listener, ValueKinds.Text("40 hexadecimal digits"), "none", DirectiveStatus.Refused,
                NoEngine)
            with { Since = "1.6" },
        Row.Idle("tls_keyform", Listener, ValueKinds.Choice(("pem", "pem"), ("engine", "engine")), "pem", DirectiveStatus.Refused,
                NoEngine,
                isHarmless: value => value == "pem")
            with { Since = "1.6" },
        Row.Idle("psk_hint", Listener, ValueKinds.Text("text"), "none", DirectiveStatus.Refused, NoPsk),
        Row.Idle("psk_file", SecuritySection, ValueKinds.Text("path"), "none", DirectiveStatus.Refused, NoPsk),
    ];

    private static void AddSniCertificate(ListenerBuilder listener, List<ConfigurationValue> words, DirectiveContext context)
    {
        if (words.Count != 2)
        {
            context.Error(
                context.Value, "'sni_certificate' takes two paths without blanks: that of a certificate and that of its key");
            return;
        }
        TlsPair pair = new(words[0].Text, words[1].Text);
        listener.Tls = listener.Tls with { SniCertificates = listener.Tls.SniCertificates.Add(pair) };
    }

    private static void SetVersions(ListenerBuilder listener, List<ConfigurationValue> words, DirectiveContext context)
    {
        SslProtocols protocols = SslProtocols.None;
        foreach (ConfigurationValue word in words)
        {
            if (word.Text == "tlsv1.2") protocols |= SslProtocols.Tls12;
            else if (word.Text == "tlsv1.3") protocols |= SslProtocols.Tls13;
            else ReportVersion(word, context);
        }
        if (words.Count == 1 && protocols == SslProtocols.Tls12) protocols |= SslProtocols.Tls13;
        if (protocols != SslProtocols.None) listener.Tls = listener.Tls with { Protocols = protocols };
    }

    private static void ReportVersion(ConfigurationValue word, DirectiveContext context)
    {
        bool isOld = word.Text is "tlsv1.1" or "tlsv1" or "tlsv1.0" or "sslv3";
        context.Error(
            word,
            isOld ? $"'{word.Text}' is broken and not offered; 'tls_version' takes tlsv1.2 and tlsv1.3"
                : $"'tls_version' takes tlsv1.2 and tlsv1.3, one or both, not '{word.Text}'",
            $"Error: Unsupported tls_version \"{word.Text}\".");
    }
}
