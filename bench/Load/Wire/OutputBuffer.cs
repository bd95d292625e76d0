namespace Load.Wire;

/// <summary>Bytes that wait to be sent. It grows to what is needed and stays so.</summary>
internal sealed class OutputBuffer
{
    private byte[] _bytes = new byte[1024];
    private int _start;
    private int _end;

    public int Length => _end - _start;

    public Span<byte> Written => _bytes.AsSpan(_start, Length);

    /// <summary>Room for more; <see cref="Advance"/> says how much of it was used.</summary>
    public Span<byte> Reserve(int bytes)
    {
        if (_bytes.Length - _end < bytes) MakeRoom(bytes);
        return _bytes.AsSpan(_end);
    }

    public void Advance(int bytes) => _end += bytes;

    /// <summary>The first bytes are gone.</summary>
    public void Remove(int bytes)
    {
        _start += bytes;
        if (_start == _end) _start = _end = 0;
    }

    private void MakeRoom(int bytes)
    {
        // Half of it free after the move, or a rest that the kernel does not take would be moved for every packet.
        int length = (Length + bytes) * 2;
        byte[] target = length > _bytes.Length ? new byte[Math.Max(length, _bytes.Length * 2)] : _bytes;
        Written.CopyTo(target);
        _bytes = target;
        _end -= _start;
        _start = 0;
    }
}
