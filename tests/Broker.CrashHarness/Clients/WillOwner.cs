using System.Text;
using Broker.CrashHarness.Facts;
using Broker.CrashHarness.Plans;
using Broker.CrashHarness.Servers;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.TestKit;

namespace Broker.CrashHarness.Clients;

/// <summary>A client that has nothing but a will, numbered anew with each connection.</summary>
internal sealed class WillOwner : IClientRole
{
    private readonly RunContext _context;
    private readonly WillPlan _plan;
    /// <summary>
    /// It lost its connection without a word and returns later than this: the broker may have published its will.
    /// </summary>
    private static readonly TimeSpan InTime = TimeSpan.FromSeconds(0.75 * BrokerServer.WillGraceSeconds);

    private TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _connection;
    private int _lastAcked;
    private long _goneSince;
    private bool _hasSession;
    private bool _saidGoodbye;

    public WillOwner(RunContext context, WillPlan plan)
    {
        (_context, _plan) = (context, plan);
        Loop = new ClientLoop(context, this, plan.ClientId, plan.Version);
    }

    public ClientLoop Loop { get; }

    public WillPlan Plan => _plan;

    /// <summary>Says goodbye: its will must never come.</summary>
    public Task LeaveAsync()
    {
        lock (Loop.Gate) _saidGoodbye = true;
        return Loop.GoOfflineAsync(isPolite: true);
    }

    /// <summary>The wills that the broker may hold for it: the last acknowledged one or one that was sent after it.</summary>
    public IReadOnlyList<string> Candidates()
    {
        lock (Loop.Gate) return Texts(_lastAcked, _connection);
    }

    public async Task WhenConnectedAsync()
    {
        Task connected;
        lock (Loop.Gate) connected = _connected.Task;
        try
        {
            await connected.WaitAsync(TestTime.Patience, _context.End).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _context.Violations.Add("unreachable", _plan.ClientId, "no CONNACK");
        }
    }

    public ConnectPacket NextConnect()
    {
        _connection++;
        return new ConnectPacket
        {
            Version = _plan.Version,
            ClientId = _plan.ClientId,
            CleanStart = false,
            SessionExpiryIntervalSeconds = _plan.Version == ProtocolVersion.Mqtt50 ? uint.MaxValue : 0,
            Will = new WillMessage
            {
                Topic = _plan.Topic,
                Payload = Encoding.ASCII.GetBytes(Wills.Text(_plan.ClientId, _connection)),
                Qos = QualityOfService.ExactlyOnce,
                Retain = true,
                DelaySeconds = _plan.DelaySeconds,
            },
        };
    }

    public void Connected(ConnAckPacket answer, Link link)
    {
        if (_hasSession && !answer.SessionPresent)
            _context.Violations.Add("session lost", _plan.ClientId, "CONNACK without Session Present");
        _hasSession = true;
        if (!_saidGoodbye && _goneSince != 0 && _context.Time.GetElapsedTime(_goneSince) > InTime)
            _context.Wills.Allow(Texts(_lastAcked, _connection - 1));
        _goneSince = 0;
        _saidGoodbye = false;
        _lastAcked = _connection;
        _connected.TrySetResult();
    }

    public void Received(object packet, Link link) =>
        _context.Violations.Add("unexpected packet", _plan.ClientId, $"{packet}");

    public void Closed()
    {
        if (_goneSince == 0) _goneSince = _context.Time.GetTimestamp();
        if (_connected.Task.IsCompleted) _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private IReadOnlyList<string> Texts(int first, int last) =>
        [.. Enumerable.Range(first, last - first + 1).Select(n => Wills.Text(_plan.ClientId, n))];
}
