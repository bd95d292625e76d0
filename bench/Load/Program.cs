using Load.Options;
using Load.Scenarios;
using Load.Tables;

namespace Load;

internal static class Program
{
    private const int Failed = 1;
    private const int Misused = 2;
    private const int Broken = 3;

    private static int Main(string[] args)
    {
        try
        {
            return Run(args) ? 0 : Failed;
        }
        catch (UsageException exception)
        {
            Console.Error.WriteLine($"broker-load: {exception.Message}; broker-load --help says more");
            return Misused;
        }
        catch (LoadException exception)
        {
            Console.Error.WriteLine($"broker-load: {exception.Message}");
            return Broken;
        }
    }

    private static bool Run(string[] args)
    {
        if (args.Length == 0 || args[0] is "--help" or "-h") return Help();
        if (args[0] == "table") return MarkdownTable.Run(args.AsSpan(1), Console.Out);
        if (args[0] == "compare") return ComparisonTable.Run(args.AsSpan(1), Console.Out);
        List<string> operands = [];
        LoadOptions options = OptionReader.Read(args.AsSpan(1), operands);
        if (operands.Count != (args[0] == "drain" ? 1 : 0)) throw new UsageException("too many or too few words");
        if (FlowScenario.Has(args[0])) return FlowScenario.Run(args[0], options, Console.Out);
        if (args[0] == "connect") return ConnectScenario.Run(options, Console.Out);
        if (args[0] == "fight") return FightScenario.Run(options, Console.Out);
        if (args[0] == "fair") return FairScenario.Run(options, Console.Out);
        if (args[0] == "idle") return IdleScenario.Run(options, Console.Out);
        if (args[0] == "storm") return StormScenario.Run(options, Console.Out);
        if (args[0] == "slow") return SlowScenario.Run(options, Console.Out);
        if (args[0] == "replay") return ReplayScenario.Run(options, Console.Out);
        if (options.Qos == 0) throw new UsageException($"{args[0]} is about acknowledgements, which QoS 0 does not have");
        return args[0] switch
        {
            "ack" => AckScenario.Run(options, Console.Out),
            "queue" => QueueScenario.Run(options, Console.Out),
            "offline" => OfflineScenario.Run(options, Console.Out),
            "retained" => RetainedScenario.Run(options, Console.Out),
            "churn" => ChurnScenario.Run(options, Console.Out),
            "drain" => DrainScenario.Run(options, operands[0], Console.Out),
            _ => throw new UsageException($"{args[0]} is not a scenario"),
        };
    }

    private static bool Help()
    {
        Console.WriteLine(
            """
            broker-load SCENARIO [OPTION ...]: drives a broker on 127.0.0.1 and checks that no message is lost, doubled or
            out of order.

              pairs        publishers with a subscriber each (--publishers, --qos, --window or --rate)
              fanout       subscribers that all get what few publishers say
              fanin        publishers that all talk to one subscriber
              wildcard     10 publishers, 1,000 topics, 100 subscribers with --filters of + and #
              connect      --connections at a time connect, are accepted, leave, and do it again
              idle         --connections that say nothing: the broker's memory for each
              storm        --connections with sessions lose their broker, which somebody kills, and all come back at once
              offline      queues of sessions that are away fill, and drain --connections at a time
              retained     --topics are stored and come to subscribers of all
              fair         one greedy client after the other among calm pairs: how the pairs fare with and without it
              fight        --connections, two for each client id, throw each other out again and again beside calm pairs
              ack          publishers alone, or with subscribers that are away (--away) or listen: rates and times of the acks
              drain FILE   sessions that `ack --away --keep FILE` left return and are checked, after a restart for example
              queue        fills the queues of sessions that are away, watches the broker's memory, then drains them
              slow         --subscribers of each kind stop reading while publishers flood them, and read again
              replay       --topics are retained and come to --subscribers of #, some of which read last
              churn        rounds of filling and draining, with a look at the store (--probe) after each
              table        a Markdown table of medians from --json lines; `broker-load table --help`
              compare FILE two servers side by side, from --json lines with the labels case, server and targets

            """);
        foreach (string line in OptionReader.Help()) Console.WriteLine(line);
        Console.WriteLine("\nStatus: 0 all checks passed, 1 a check failed, 2 wrong options, 3 the broker went away or refused.");
        return true;
    }
}
