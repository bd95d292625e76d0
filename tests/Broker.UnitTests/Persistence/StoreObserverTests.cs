using Broker.Persistence;
using Broker.Persistence.GroupCommit;
using Microsoft.Extensions.Time.Testing;

namespace Broker.UnitTests.Persistence;

public sealed class StoreObserverTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _told = [];

    [Fact]
    public void Another_reason_is_told_and_other_circumstances_are_not()
    {
        StoreOptions options = new() { Location = "none", Time = _time, ReasonChanged = _told.Add };
        StoreObserver observer = new(options);
        for (int free = 0; free < 10; free++)
        {
            observer.Failed(new StoreNotWrittenException("The disk is full", $": {free} bytes are free", new IOException()));
            _time.Advance(TimeSpan.FromSeconds(10));
        }
        Assert.Empty(_told);
        Assert.Equal(new StoreAvailability(false, "The disk is full: 0 bytes are free"), observer.Availability);
        observer.Failed(new StoreNotWrittenException("The disk is broken", "; 9 bytes are free", new IOException()));
        // Not within five seconds of the one before.
        observer.Failed(new IOException("It is on fire"));
        Assert.Equal(["The disk is broken; 9 bytes are free"], _told);
        _time.Advance(TimeSpan.FromSeconds(5));
        observer.Failed(new IOException("It is on fire"));
        Assert.Equal("It is on fire", _told[^1]);
    }
}
