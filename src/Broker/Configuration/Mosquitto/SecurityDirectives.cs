using System.Collections.Immutable;
using System.Text;
using static Broker.Configuration.Mosquitto.DirectiveTargets;

namespace Broker.Configuration.Mosquitto;

/// <summary>Rows: who may connect and what they may do.</summary>
internal static class SecurityDirectives
{
    private const int AutoIdPrefixBytesMax = 50;

    public static readonly ImmutableArray<Directive> Rows =
    [
        Row.Works("per_listener_settings", Global, ValueKinds.Flag, "false", SetPerListener)
            with
            {
                Since = "1.5",
                Accumulates = true,
                DeprecatedFor = "listener_allow_anonymous, listener_auto_id_prefix and plugin_use",
                Note = "Deprecated in mosquitto: use the `listener_*` forms. Must come before every security option.",
            },
        Row.Works("allow_anonymous", SecuritySection, ValueKinds.Flag, "false; true in local-only mode", SetAllowAnonymous),
        Row.Works("listener_allow_anonymous", ListenerRequired, ValueKinds.Flag, "allow_anonymous",
                (listener, value) => listener.Security.AllowAnonymous = value)
            with { Since = "2.1" },
        Row.Works("password_file", SecuritySection, ValueKinds.Text("path"), "none",
                (security, value, context) => (security.PasswordFile, security.PasswordFileAt) = (value, context.At))
            with { Note = "Followed through symbolic links (mosquitto 2.1 refuses them, which breaks mounted secrets)." },
        Row.Works("acl_test_file", SecuritySection, ValueKinds.Text("path"), "none",
                (security, value) => security.AclTestFile = value)
            with
            {
                Since = Directive.Ours,
                Note = "Lines of what the access list is expected to allow and deny, in the form that is described above. "
                    + "`broker check-config` and a reload compare, the start warns.",
            },
        Row.Works("allow_plain_text_passwords", Global, ValueKinds.Flag, "false",
                (builder, value) => builder.AllowPlainTextPasswords = value)
            with
            {
                Since = Directive.Ours,
                Note = "A line of a password file may be `USER:PASSWORD` to its end, as in a mounted secret. It is hashed when "
                    + "the file is read; nothing is written.",
            },
        Row.Works("allow_zero_length_clientid", SecuritySection, ValueKinds.Flag, "true",
            (security, value) => security.AllowZeroLengthClientId = value),
        Row.Works("auto_id_prefix", SecuritySection, ValueKinds.Text("at most 50 bytes"), "auto-",
                (security, value, context) => security.AutoIdPrefix = CheckPrefix(value, context, "auto_id_prefix"))
            with
            {
                IsDuplicateAnError = true,
                DeprecatedFor = "listener_auto_id_prefix",
                Note = "Deprecated in mosquitto: use `listener_auto_id_prefix`.",
            },
        Row.Works("listener_auto_id_prefix", ListenerRequired, ValueKinds.Text("at most 50 bytes"), "auto_id_prefix",
                (listener, value, context) =>
                    listener.Security.AutoIdPrefix = CheckPrefix(value, context, "'listener_auto_id_prefix'"))
            with { Since = "2.1", IsDuplicateAnError = true },
        Row.Works("clientid_prefixes", Global, ValueKinds.Text("prefix of client ids"), "any",
                (builder, value) => builder.ClientIdPrefixes = [value])
            with { DeprecatedFor = "an access list", Note = "One prefix in spite of its name, as in mosquitto." },
        Row.Works("acl_file", SecuritySection, ValueKinds.Text("path"), "none",
                (security, value, context) => (security.AclFile, security.AclFileAt) = (value, context.At))
            with
            {
                Note = "Read access is asked at delivery, write access at PUBLISH and for wills; SUBSCRIBE is always granted. "
                    + "Names with a slash in patterns: see `acl_pattern_names`. Followed through symbolic links.",
            },
        Row.Works("acl_pattern_names", SecuritySection,
                ValueKinds.Choice(("one_level", AclNames.OneLevel), ("any", AclNames.Any)), "one_level",
                (security, value) => security.AclPatternNames = value)
            with
            {
                Since = Directive.Ours,
                Note = "`one_level`: a user name or client id with `/`, or with `$` where it begins the topic, gets nothing from "
                    + "a `pattern` it is put into, as it would reach into the topics of others. `any`: put in as it is, as in "
                    + "mosquitto.",
            },
        Row.Works("check_retain_source", Global, ValueKinds.Flag, "false",
                (builder, value) => builder.ChecksRetainSource = value)
            with
            {
                Since = "1.5.6",
                Note = "Asked for the user name and client id that retained the message, by the list of now. mosquitto's manual "
                    + "says that it is on by default; it is not.",
            },
        Row.Idle("enable_control_api", Global, ValueKinds.Flag, "false", DirectiveStatus.NotSupported,
                "nothing answers on $CONTROL/broker/v1", isHarmless: value => !value)
            with { Since = "2.1" },
    ];

    private static void SetPerListener(ConfigurationBuilder builder, bool value, DirectiveContext context)
    {
        // Once set it stays: mosquitto skips every later line without looking at its value.
        if (builder.PerListenerSettings) return;
        builder.PerListenerSettings = value;
        if (!value || !builder.HasSecurityOption) return;
        context.Report.Error(
            context.At, "security options above this line were read as global ones: move 'per_listener_settings' to the top",
            "Error: per_listener_settings must be set before any other security settings.");
    }

    private static void SetAllowAnonymous(SecurityBuilder security, bool value, DirectiveContext context)
    {
        security.AllowAnonymous = value;
        bool looksLocal = !context.Builder.PerListenerSettings && context.File.CurrentListener is not null;
        if (looksLocal && context.Builder.Listeners.Count > 1)
        {
            context.Report.Warning(
                context.At,
                $"'allow_anonymous {(value ? "true" : "false")}' applies to every listener, not only to the one opened at "
                + $"{context.File.CurrentListener!.OpenedAt}; 'listener_allow_anonymous' is for one listener");
        }
    }

    private static string CheckPrefix(string value, DirectiveContext context, string name)
    {
        if (Encoding.UTF8.GetByteCount(value) > AutoIdPrefixBytesMax)
        {
            context.Error(
                context.Value, $"'{context.Name}' takes at most {AutoIdPrefixBytesMax} bytes",
                $"Error: {name} length must be <= {AutoIdPrefixBytesMax}.");
        }
        return value;
    }
}
