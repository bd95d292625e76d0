using Broker.Protocol;
using Load.Measuring;
using Load.Wire;

namespace Load.Clients;

/// <summary>What all devices together have met on their way to the broker.</summary>
internal sealed class DeviceTotals
{
    /// <summary>When the port first took a connection since the last <see cref="Begin"/>; 0: not yet.</summary>
    public long OpenAt { get; private set; }

    /// <summary>Devices that have their CONNACK and their connection.</summary>
    public int Connected { get; set; }

    /// <summary>CONNACKs.</summary>
    public long Accepted { get; private set; }

    /// <summary>CONNACKs that say that there is no session, of devices that had one.</summary>
    public long SessionsLost { get; set; }

    /// <summary>TCP connections that were refused while the port was open.</summary>
    public long Refused { get; private set; }

    /// <summary>Connections that were reset before CONNACK.</summary>
    public long Resets { get; private set; }

    /// <summary>Connections that were closed before CONNACK.</summary>
    public long Closed { get; private set; }

    /// <summary>Attempts that got no CONNACK in time.</summary>
    public long TimedOut { get; set; }

    /// <summary>CONNACKs that say no, by their code.</summary>
    public SortedDictionary<ReasonCode, long> Refusals { get; } = [];

    /// <summary>Connections that were lost after CONNACK.</summary>
    public long Lost { get; private set; }

    /// <summary>Different messages, counted once for each device.</summary>
    public long Received { get; set; }

    /// <summary>Messages that came after a later one, or after themselves, on the same connection.</summary>
    public long OutOfOrder { get; set; }

    /// <summary>From the beginning of the attempt that succeeded to CONNACK.</summary>
    public LatencyHistogram Attempt { get; } = new();

    /// <summary>From the opening of the port to CONNACK.</summary>
    public LatencyHistogram Back { get; } = new();

    /// <summary>From now on the broker is away: what is counted is what happens when it is back.</summary>
    public void Begin()
    {
        (OpenAt, Accepted, Refused, Resets, Closed, TimedOut, SessionsLost, Lost) = (0, 0, 0, 0, 0, 0, 0, 0);
        Refusals.Clear();
        Attempt.Clear();
        Back.Clear();
    }

    public void Reached(long now)
    {
        if (OpenAt == 0) OpenAt = now;
    }

    public void Accept(long begunAt, long now)
    {
        Connected++;
        Accepted++;
        Attempt.Record(now - begunAt);
        Back.Record(now - OpenAt);
    }

    public void Refuse(ReasonCode code) => Refusals[code] = Refusals.GetValueOrDefault(code) + 1;

    /// <summary>A connection has ended.</summary>
    /// <param name="error">As the system numbers it.</param>
    /// <param name="wasAccepted">It had its CONNACK.</param>
    public void End(int error, bool wasAccepted)
    {
        if (wasAccepted)
        {
            Connected--;
            Lost++;
        }
        // A port that nobody has opened refuses.
        else if (error == Libc.Refused) Refused += OpenAt == 0 ? 0 : 1;
        else if (error != 0) Resets++;
        else Closed++;
    }
}
