using Broker.Configuration;
using Broker.Diagnostics;

namespace Broker.Connections;

/// <summary>
/// Where those wait who come faster than they can be let in, after a restart for example. What they have sent lies unread; nobody
/// is sent away, and their waiting does not count against their own time.
/// </summary>
/// <remarks>
/// TCP connections are accepted as they come: one that waits costs little, and the kernel's queue is short. What costs
/// is bounded: the arithmetic of TLS, password hashes, and CONNECTs whose answer waits for a commit.
/// </remarks>
internal sealed class AdmissionLines : IDisposable
{
    public AdmissionLines(TimeProvider time, PeerLimitOptions limits)
    {
        Handshakes = new Places(time);
        Rate = new Places(time);
        Passwords = new Places(time);
        Connects = new Places(time);
        Use(limits);
    }

    /// <summary>TLS handshakes that are computed.</summary>
    public Places Handshakes { get; }

    /// <summary>CONNECTs a second; a place is left as soon as it is taken.</summary>
    public Places Rate { get; }

    /// <summary>CONNECTs with a password to be hashed, until their CONNACK.</summary>
    public Places Passwords { get; }

    /// <summary>The others: who has no password does not wait behind those who have.</summary>
    public Places Connects { get; }

    /// <summary>What holds from now on.</summary>
    public void Use(PeerLimitOptions limits)
    {
        // One core stays free for the connections that have theirs.
        int cores = Math.Max(1, Environment.ProcessorCount - 1);
        Handshakes.SetLimits(limits.PendingHandshakesMax == 0 ? cores : limits.PendingHandshakesMax);
        Rate.SetLimits(countMax: 0, limits.ConnectsPerSecond);
        Passwords.SetLimits(limits.PendingConnectsMax);
        Connects.SetLimits(limits.PendingConnectsMax);
    }

    /// <summary>How many wait in each, for metrics.</summary>
    public IEnumerable<(AdmissionStage Stage, long Waiting)> Figures() =>
    [
        (AdmissionStage.Handshake, Handshakes.WaitingCount),
        (AdmissionStage.Rate, Rate.WaitingCount),
        (AdmissionStage.Password, Passwords.WaitingCount),
        (AdmissionStage.Connect, Connects.WaitingCount),
    ];

    public void Dispose()
    {
        Handshakes.Dispose();
        Rate.Dispose();
        Passwords.Dispose();
        Connects.Dispose();
    }
}
