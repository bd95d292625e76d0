using System.Collections.Immutable;
using static Broker.Configuration.Mosquitto.DirectiveTargets;

namespace Broker.Configuration.Mosquitto;

/// <summary>Rows: what 5.0 clients of a listener are told about this broker and others.</summary>
internal static class AnswerDirectives
{
    public static readonly ImmutableArray<Directive> Rows =
    [
        Row.Works("server_reference", Listener, ValueKinds.Text("HOST[:PORT], several with blanks between"), "none",
                (listener, value) => listener.Options = listener.Options with { ServerReference = value })
            with
            {
                Since = Directive.Ours,
                IsDuplicateAnError = true,
                Note = "Told to 5.0 clients with \"use another server\" (0x9C): when the broker stops, and in CONNACK when "
                    + "`global_max_clients` is reached or too many logins wait.",
            },
        Row.Works("server_moved", Listener, ValueKinds.Flag, "false",
                (listener, value) => listener.Options = listener.Options with { IsMoved = value })
            with
            {
                Since = Directive.Ours,
                Note = "`true`: nobody is served on this listener. 5.0 clients are told \"server moved\" (0x9D) and the "
                    + "`server_reference`, which must be there; older ones \"server unavailable\" (3).",
            },
        Row.Works("response_information", Listener, ValueKinds.Text("topic prefix without wildcards, with %c and %u"), "none",
                SetResponseInformation)
            with
            {
                Since = Directive.Ours,
                IsDuplicateAnError = true,
                Note = "Told in CONNACK to 5.0 clients that ask for it. %c is the client id, %u the user name; a client that "
                    + "has no user name, or a wildcard in one of the two, is told nothing.",
            },
    ];

    private static void SetResponseInformation(ListenerBuilder listener, string prefix, DirectiveContext context)
    {
        if (prefix.AsSpan().IndexOfAny('+', '#') >= 0)
        {
            context.Error(context.Value, "'response_information' is a plain topic prefix, without + and #");
            return;
        }
        listener.Options = listener.Options with { ResponseInformation = prefix };
    }
}
