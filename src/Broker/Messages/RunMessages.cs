namespace Broker.Messages;

/// <summary>The messages of a run that somebody keeps, made when the first one does. Belongs to one thread; used again.</summary>
internal sealed class RunMessages
{
    private Message?[] _messages = [];
    private int _used;
    private HashSet<int>? _rejected;

    /// <summary>The message at a place of the run.</summary>
    /// <param name="run">The run, the same until <see cref="Clear"/>.</param>
    /// <param name="index">Which.</param>
    /// <param name="isShared">Whether several receivers are expected.</param>
    public Message Get(in PublicationRun run, int index, bool isShared)
    {
        if (_messages.Length < run.Count) Array.Resize(ref _messages, run.Count);
        _used = run.Count;
        return _messages[index] ??= run.ToMessage(index, isShared);
    }

    /// <summary>Somebody had no room for the message at a place of the run, and its publisher is to be told.</summary>
    public void Reject(int index) => (_rejected ??= []).Add(index);

    /// <summary>Whether its publisher is to be told that somebody had no room.</summary>
    public bool IsRejected(int index) => _rejected is not null && _rejected.Contains(index);

    /// <summary>Lets go of them.</summary>
    public void Clear()
    {
        Array.Clear(_messages, 0, _used);
        _used = 0;
        _rejected?.Clear();
    }
}
