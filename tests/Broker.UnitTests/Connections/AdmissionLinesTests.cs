using Broker.Configuration;
using Broker.Connections;
using Broker.Diagnostics;
using Broker.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Broker.UnitTests.Connections;

public sealed class AdmissionLinesTests
{
    private readonly FakeTimeProvider _time = new();

    [Directive("max_pending_handshakes")]
    [Fact]
    public void So_many_handshakes_are_computed_at_once()
    {
        using AdmissionLines lines = new(_time, new PeerLimitOptions { PendingHandshakesMax = 2 });
        Assert.Null(lines.Handshakes.Enter(address: null));
        Assert.Null(lines.Handshakes.Enter(address: null));
        Assert.NotNull(lines.Handshakes.Enter(address: null));
        Assert.Contains((AdmissionStage.Handshake, 1L), lines.Figures());
    }

    [Fact]
    public void One_core_stays_free_of_handshakes_by_default()
    {
        using AdmissionLines lines = new(_time, new PeerLimitOptions());
        for (int i = 0; i < Math.Max(1, Environment.ProcessorCount - 1); i++) Assert.Null(lines.Handshakes.Enter(address: null));
        Assert.NotNull(lines.Handshakes.Enter(address: null));
    }

    [Fact]
    public void Who_has_no_password_does_not_wait_behind_who_has()
    {
        using AdmissionLines lines = new(_time, new PeerLimitOptions { PendingConnectsMax = 1 });
        Assert.Null(lines.Passwords.Enter(address: null));
        Assert.NotNull(lines.Passwords.Enter(address: null));
        Assert.Null(lines.Connects.Enter(address: null));
    }
}
