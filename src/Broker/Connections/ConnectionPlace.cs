using System.Net;
using Broker.Configuration;

namespace Broker.Connections;

/// <summary>What one connection takes of what is counted, from its accept to its end, whatever it comes to.</summary>
/// <param name="gate">Who counts.</param>
/// <param name="listener">The listener that accepted it.</param>
internal sealed class ConnectionPlace(ConnectionGate gate, ListenerOptions listener)
{
    private int _isLeft;

    public ListenerOptions Listener { get; } = listener;

    /// <summary>The address that it counts for; null: none, for addresses are not limited, or it is not known yet. Changed by
    /// <see cref="ConnectionGate.TryEnterAddress"/> only.</summary>
    public IPAddress? Address { get; set; }

    /// <summary>Gives back all that it took. After the first time nothing happens.</summary>
    public void Leave()
    {
        if (Interlocked.Exchange(ref _isLeft, 1) == 0) gate.Leave(this);
    }
}
