namespace Broker.TestKit.Processes;

/// <summary>The lines a process has written so far, and a way to wait for one. Safe from any thread.</summary>
public sealed class LogLines
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<Waiter> _waiters = [];
    private bool _isClosed;

    /// <summary>A copy of what was written so far.</summary>
    public IReadOnlyList<string> All
    {
        get { lock (_gate) return [.. _lines]; }
    }

    public override string ToString() => string.Join('\n', All);

    /// <summary>Takes a line; null says that no more will come.</summary>
    public void Add(string? line)
    {
        lock (_gate)
        {
            if (line is null) _isClosed = true;
            else _lines.Add(line);
            foreach (Waiter waiter in _waiters.ToArray()) waiter.Look(_lines, _isClosed);
            _waiters.RemoveAll(waiter => waiter.Found.Task.IsCompleted);
        }
    }

    /// <summary>The first line that contains a text, written already or not.</summary>
    /// <exception cref="InvalidOperationException">The process ended without it; the message has all lines.</exception>
    /// <exception cref="TimeoutException">It did not come; the message has all lines.</exception>
    public Task<string> WaitForAsync(string text) =>
        WaitForAsync(line => line.Contains(text, StringComparison.Ordinal), $"\"{text}\"");

    /// <summary>The first line that fits, written already or not.</summary>
    public async Task<string> WaitForAsync(Predicate<string> wanted, string description)
    {
        IReadOnlyList<string> lines = await WaitForAsync(1, wanted, description).ConfigureAwait(false);
        return lines[0];
    }

    /// <summary>The first <paramref name="count"/> lines that fit, written already or not.</summary>
    public async Task<IReadOnlyList<string>> WaitForAsync(int count, Predicate<string> wanted, string description)
    {
        var waiter = new Waiter(count, wanted);
        lock (_gate)
        {
            waiter.Look(_lines, _isClosed);
            if (!waiter.Found.Task.IsCompleted) _waiters.Add(waiter);
        }
        try
        {
            return await waiter.Found.Task.WaitAsync(TestTime.ProcessPatience).ConfigureAwait(false)
                ?? throw new InvalidOperationException($"The process ended without {description}:\n{this}");
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{description} did not come:\n{this}");
        }
    }

    private sealed class Waiter(int count, Predicate<string> wanted)
    {
        public TaskCompletionSource<IReadOnlyList<string>?> Found { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Look(List<string> lines, bool isClosed)
        {
            string[] found = [.. lines.Where(line => wanted(line)).Take(count)];
            if (found.Length == count) Found.TrySetResult(found);
            else if (isClosed) Found.TrySetResult(null);
        }
    }
}
