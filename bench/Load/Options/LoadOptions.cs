using Broker.Protocol;
using Load.Wire;

namespace Load.Options;

/// <summary>What a run is told. What is null has a default of its scenario.</summary>
internal sealed record LoadOptions
{
    /// <summary>The broker's port on 127.0.0.1; nothing else is ever talked to.</summary>
    public int Port { get; init; } = 1883;

    /// <summary>What is spoken there below MQTT.</summary>
    public Transport Transport { get; init; }

    /// <summary>Connections that are opened: in turn by `connect`, and kept by `idle`.</summary>
    public int? Connections { get; init; }

    /// <summary>How long is measured, without <see cref="Messages"/>.</summary>
    public double Seconds { get; init; } = 10;

    /// <summary>What runs before it, uncounted: a runtime has to compile its hot paths first.</summary>
    public double WarmUpSeconds { get; init; } = 2;

    /// <summary>How many messages are sent, in place of a time.</summary>
    public long? Messages { get; init; }

    public int? Publishers { get; init; }

    public int? Subscribers { get; init; }

    /// <summary>Messages that a publisher has in flight, 1 to 32,768.</summary>
    public int? Window { get; init; }

    /// <summary>Messages a second of all publishers together; null: as fast as the window allows.</summary>
    public double? Rate { get; init; }

    /// <summary>Wildcard filters of a subscriber.</summary>
    public int Filters { get; init; } = 20;

    public int Qos { get; init; } = 1;

    /// <summary>QoS of the subscriptions; null: that of the messages.</summary>
    public int? SubscriberQos { get; init; }

    /// <summary>Bytes of a payload.</summary>
    public int Payload { get; init; } = 64;

    /// <summary>How many topics; null: one for each subscriber, at least one.</summary>
    public int? Topics { get; init; }

    /// <summary>The sessions of subscribers outlive their connections.</summary>
    public bool Persistent { get; init; }

    /// <summary>Subscribers subscribe and leave before the first message.</summary>
    public bool Away { get; init; }

    public ProtocolVersion Version { get; init; } = ProtocolVersion.Mqtt311;

    /// <summary>The broker's process; 0: its CPU time and memory are not reported.</summary>
    public int Pid { get; init; }

    /// <summary>Where the broker says which process it is, each time it starts (<c>pid_file</c>).</summary>
    public string? PidFile { get; init; }

    /// <summary>Devices say who they are: `bench0`, `bench1` and so on, all with this password, others `bench`.</summary>
    public string? Password { get; init; }

    /// <summary>After how long a device tries again.</summary>
    public double RetrySeconds { get; init; } = 1;

    /// <summary>Port of the broker's admin listener on 127.0.0.1; 0: there is none.</summary>
    public int Admin { get; init; }

    /// <summary>The broker's drop_policy, max_queued_messages and max_queued_bytes, for `slow`.</summary>
    public string Policy { get; init; } = "newest";

    public int QueuedMessages { get; init; } = 1000;

    public int QueuedBytes { get; init; } = int.MaxValue;

    /// <summary>Others use the machine too: speed and memory are shown and not judged, and waits may be longer.</summary>
    public bool IsBesideOthers { get; init; }

    /// <summary>Within it a new client must have its own message back.</summary>
    public double WaitSecondsMax => IsBesideOthers ? 10 : 1;

    /// <summary>The topics of `replay` are stored already.</summary>
    public bool AreStored { get; init; }

    /// <summary>The broker's takeover_delay_max, for `fight`.</summary>
    public int DelaySeconds { get; init; } = 30;

    /// <summary>The file that the broker logs to, for `fight`.</summary>
    public string? Log { get; init; }

    public bool Json { get; init; }

    /// <summary>File that keeps what the sessions away are owed, for `drain`; null: they return in this run.</summary>
    public string? Keep { get; init; }

    /// <summary>Shell command that `churn` runs after each round.</summary>
    public string? Probe { get; init; }

    /// <summary>Messages of one round of `churn`.</summary>
    public long Round { get; init; } = 100_000;

    /// <summary>Names of those who are greedy in `fair`; null: one after the other.</summary>
    public string? Greedy { get; init; }

    /// <summary>A wait that is borne, milliseconds: in `fair` of the 99th percentile too, whatever it was before.</summary>
    public double BorneMilliseconds { get; init; }

    /// <summary>How long nothing may move before the rest counts as lost.</summary>
    public double PatienceSeconds { get; init; } = 30;

    /// <summary>Figures that are known before the run, for the report.</summary>
    public IReadOnlyList<(string Name, string Value)> Labels { get; init; } = [];
}
