using Broker.Hosting;

namespace Broker.Cli;

/// <summary>What <c>-h</c>, <c>help</c> and <c>--version</c> print.</summary>
internal static class UsageText
{
    private const string Flags =
        """
        Usage: broker [-c config_file] [-d] [-h] [-p port] [-v]
               broker COMMAND [arguments]

         -c : read this mosquitto.conf.
         -d : go to the background after reading it.
         -h : print this help.
         -p : listen on this port, on this machine only; up to 10 times.
              Without effect when the file has a listener.
         -q : quiet, log nothing. Wins over -v and the file.
         -v : verbose, log everything. Wins over the file.
         --test-config : read the file, say what is wrong with it and end.
         --tls-keylog : write the secrets of TLS connections to this file, for
              Wireshark. Who has it can read the traffic: not for production.
         --version : print the version.

        Commands:
         run           what happens without a command
         passwd        edit a password file
         check-config  say what is wrong or unwise in a mosquitto.conf and the files it names
         explain       print each option with the line it comes from, or why a client may or may not
         db            look at the store, check it, move it: broker db help
         health        ask a running broker whether it is well: broker health help
         ctl           look at a running broker and change it: broker ctl help
         help          print this help

        mosquitto-compat.md says what each directive of mosquitto.conf does here.
        """;

    /// <summary>Three lines, as mosquitto has them.</summary>
    public static string Version =>
        $"""
        broker {ProductVersion.Text}
        Copyright The Broker authors.
        License MIT.
        """;

    /// <summary>What it is, then the flags.</summary>
    public static string Usage =>
        $"""
        broker version {ProductVersion.Text}

        broker is an MQTT v5.0/v3.1.1/v3.1 broker.

        {Flags}
        """;
}
