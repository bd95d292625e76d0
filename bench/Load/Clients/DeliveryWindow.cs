using System.Numerics;

namespace Load.Clients;

/// <summary>
/// Messages of one publisher that somebody has not received yet. At QoS 0 nothing else says when the next may be sent.
/// </summary>
internal sealed class DeliveryWindow
{
    private readonly int[] _left;
    private readonly int _mask;
    private readonly int _window;
    private long _next;
    private long _oldest;

    /// <param name="window">How many at once.</param>
    public DeliveryWindow(int window)
    {
        _left = new int[(int)BitOperations.RoundUpToPowerOf2((uint)window)];
        _mask = _left.Length - 1;
        _window = window;
    }

    public bool HasRoom => _next - _oldest < _window;

    /// <summary>The next message is on its way.</summary>
    /// <param name="receivers">How many have to get it.</param>
    public void Sent(int receivers)
    {
        _left[_next++ & _mask] = receivers;
        if (receivers == 0) Advance();
    }

    /// <summary>One of the receivers has a message, for the first time.</summary>
    /// <param name="number">Its number among the publisher's, from 0.</param>
    /// <returns>There is more room than before.</returns>
    public bool Delivered(long number)
    {
        if (number < _oldest || number >= _next) return false;
        if (--_left[number & _mask] > 0 || number != _oldest) return false;
        Advance();
        return true;
    }

    private void Advance()
    {
        while (_oldest < _next && _left[_oldest & _mask] <= 0) _oldest++;
    }
}
