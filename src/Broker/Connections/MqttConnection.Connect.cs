using Broker.Configuration;
using Broker.Diagnostics;
using Broker.Lifecycle;
using Broker.Protocol;
using Broker.Protocol.Packets;
using Broker.Security;
using Broker.Security.Http;
using Broker.Sessions;

namespace Broker.Connections;

internal sealed partial class MqttConnection
{
    /// <summary>Whether each packet is logged; asked once a connection.</summary>
    public bool LogsPackets { get; private set; }

    private ListenerSecurityOptions? _security;

    /// <summary>Who may connect, as it holds now. Other options of the listener are those of when it was accepted.</summary>
    public ListenerSecurityOptions Security => _security ?? CurrentSecurity();

    /// <summary>The enhanced authentication that CONNECT asked for, or null.</summary>
    public EnhancedAuthentication? Authentication { get; private set; }

    /// <summary>What CONNECT waited for is decided. Read loop only.</summary>
    public HandlerResult AnswerConnect(ConnectPacket packet)
    {
        _pendingConnect = packet;
        return HandlerResult.Pause;
    }

    // Answers CONNECT: null when it was accepted, or has to wait for AUTH.
    private async ValueTask<CloseReason?> ConnectAsync()
    {
        if (_waiting is { } waiting)
            return RefuseBanned(waiting.Packet) ?? await OpenInTurnAsync(waiting.Packet, Parameters!);
        ConnectPacket packet = _pendingConnect!;
        _pendingConnect = null;
        if (Authentication is null && Engine.Peers.RefuseConnect(this) is { } tooOften) return Refuse(packet, tooOften);
        if (Authentication is null && Engine.Bans.RefuseConnect(this, packet) is { } banned) return Refuse(packet, banned);
        if (await WaitInLineAsync(packet) is { } gone) return gone;
        if (packet.AuthenticationMethod is not null && Authentication is null) return BeginAuthentication(packet);
        ConnectDecision decision = ConnectRules.Check(packet, Origin, Engine.Options.Limits);
        if (decision.Refusal is null)
        {
            decision = await AdmitAsync(packet, decision);
            // Closed meanwhile: then nothing is opened, taken over or cleaned for a client that will never know.
            if (_closeReason is { } closed) return closed;
        }
        if (decision.Refusal is { Text: ConnectRules.TooManyUserProperties }) Engine.Peers.Hit(LimitKind.MaxUserProperties, this);
        if (decision.Refusal is { } refusal) return Refuse(packet, refusal);
        if (RefuseBanned(packet) is { } unwelcome) return unwelcome;
        if (await RefuseWillAsync(packet, decision.Parameters!) is { } unwanted) return unwanted;
        return await OpenInTurnAsync(packet, decision.Parameters!);
    }

    private CloseReason? RefuseBanned(ConnectPacket packet)
    {
        if (Engine.Bans.RefuseKnown(this) is not { } banned) return null;
        Parameters = null;
        return Refuse(packet, banned);
    }

    private async ValueTask<CloseReason?> OpenAsync(ConnectPacket packet, ClientParameters parameters)
    {
        // Who takes the session over from here waits for this one, and so for all before it.
        BeginReading();
        try
        {
            CloseReason? refused = Open(packet, parameters, out ISessionConnection? previous);
            // What the client sends here comes behind what it sent there [MQTT-4.6.0-6], as far as that was read.
            if (previous is not null) await previous.ReadingEndedAsync();
            return refused;
        }
        finally
        {
            EndReading();
        }
    }

    // A will is a PUBLISH whose topic is known now.
    private async ValueTask<CloseReason?> RefuseWillAsync(ConnectPacket packet, ClientParameters parameters)
    {
        if (packet.Will is not { } will || Questions is not { } questions) return null;
        string topic = Listener.MountPoint + will.Topic;
        bool isAllowed = questions.Find(TopicAction.Publish, topic, isAgain: false) ?? false;
        _isPaused = true;
        string? failure = isAllowed ? null : await questions.AskAsync(RightsOf(Engine.Access, parameters) is not null);
        _isPaused = false;
        if (_closeReason is { } closed) return closed;
        if (!isAllowed) isAllowed = failure is null && questions.Find(TopicAction.Publish, topic, isAgain: true) == true;
        if (isAllowed) return null;
        Parameters = null;
        return Refuse(packet, failure is null
            ? new CloseReason(CloseKind.Refused, ReasonCode.NotAuthorized, "not authorised for the will")
            : new CloseReason(CloseKind.Refused, ReasonCode.ServerUnavailable, CloseReason.NotDecided.Text));
    }

    private CloseReason? BeginAuthentication(ConnectPacket packet)
    {
        if (ConnectRules.RefuseForm(packet, Listener) is { } refusal) return Refuse(packet, refusal);
        var authentication = new EnhancedAuthentication(this, packet);
        if (authentication.Begin(packet.AuthenticationData.GetValueOrDefault().Span) is { } fault)
            return Refuse(packet, new CloseReason(CloseKind.Refused, fault.ReasonCode, fault.Text));
        Authentication = authentication;
        Drain();
        // Now it is the client that is waited for.
        LeaveLine();
        return null;
    }

    /// <summary>New options are in force: does what let this client in still hold.</summary>
    public void OnReload()
    {
        if (Parameters is not { } parameters) return;
        LogsPackets = Engine.Logger.IsEnabled(LogLevel.Debug);
        TakePace();
        ListenerSecurityOptions before = _security!;
        _security = CurrentSecurity();
        PrepareQuestions(parameters);
        // As mosquitto: a name from a certificate stays good as long as its connection.
        if (Origin.CertificateUserName is not null) return;
        if (!Engine.Authenticator.StillAllows(before, _security, parameters.UserName, Identity))
            TryClose(CloseReason.NoLongerAllowed);
    }

    private ListenerSecurityOptions CurrentSecurity()
    {
        foreach (ListenerOptions listener in Engine.Options.Listeners)
        {
            if (listener.Key == Listener.Key) return listener.Security;
        }
        return Listener.Security;
    }

    private async ValueTask<ConnectDecision> AdmitAsync(ConnectPacket packet, ConnectDecision decision)
    {
        while (true)
        {
            long begun = Engine.Time.GetTimestamp();
            long generation = Authentication?.JudgedIn ?? Engine.OptionsGeneration;
            _security = CurrentSecurity();
            // Nobody waits for somebody else's answer but who it is about.
            if (_security.Http is not null) LeaveLine();
            // Whoever is asked may take longer than a client may: it is not the one who is late.
            _isPaused = true;
            Verdict verdict = await JudgeAsync(packet, decision.Parameters!.ClientId);
            _isPaused = false;
            ConnectDecision judged = ConnectRules.Judge(packet, this, decision, in verdict);
            Engine.Metrics.Authenticated(Engine.Time.GetElapsedTime(begun), verdict.Method, judged.Refusal is null);
            IsAuthenticated = verdict.Method != AuthenticationMethod.Anonymous;
            if (verdict.Outcome == AuthenticationOutcome.BadUserNameOrPassword) Engine.FailedLogins.Note(Origin.Address);
            if (verdict is { Outcome: AuthenticationOutcome.ServerBusy, Method: AuthenticationMethod.Password })
                Engine.Peers.Hit(LimitKind.MaxPendingLogins, this);
            if (verdict.Detail is { } detail && Engine.Options.Logging.ConnectionMessages)
                Log.NotVerified(Engine.Logger, packet.ClientId, Origin.RemoteAddress, verdict.Method, detail);
            if (TryAdmit(judged.Parameters, verdict.Identity, generation)) return judged;
            // A reload came between. A password is looked at again; of a proof there is one, so the client has to begin anew.
            if (Authentication is not null) return decision.With(AuthenticationOutcome.NotAuthorized, packet.Version);
        }
    }

    // From here on a reload asks whether the client may stay. False: there was one since its password was looked at. The silence
    // of the client counts from here, not from before a password that took its time.
    private bool TryAdmit(ClientParameters? parameters, VerifiedIdentity? identity, long generation)
    {
        Volatile.Write(ref _lastReceivedMilliseconds, Engine.CoarseMilliseconds);
        lock (Engine.Admission)
        {
            if (generation != Engine.OptionsGeneration) return false;
            Identity = identity;
            // With those of this generation: what a reload prepares comes after them.
            if (parameters is not null) PrepareQuestions(parameters);
            Parameters = parameters;
        }
        // Before that it needs none.
        if (parameters is not null) TakePace();
        return true;
    }

    private ValueTask<Verdict> JudgeAsync(ConnectPacket packet, string clientId)
    {
        if (Authentication is { } authentication) return new(new Verdict(authentication.Outcome, AuthenticationMethod.Scram));
        if (Origin.CertificateUserName is not null)
            return new(new Verdict(AuthenticationOutcome.Allowed, AuthenticationMethod.Certificate));
        return Engine.Authenticator.JudgeAsync(
            new ClientCredentials(_security!, packet.UserName, packet.Password)
            {
                ClientId = clientId,
                RemoteAddress = Origin.RemoteAddress,
                Listener = Listener,
            },
            CancellationToken.None);
    }

    private CloseReason? Open(ConnectPacket packet, ClientParameters parameters, out ISessionConnection? previous)
    {
        previous = null;
        // Before anything is touched: a client that takes no packet as large as its CONNACK gets no session [MQTT-3.1.2-24].
        if (parameters.PacketBytesMax < long.MaxValue
            && ConnectRules.LengthOf(ConnectRules.Answer(packet, parameters, this, isPresent: false), Version)
                > parameters.PacketBytesMax)
        {
            Parameters = null;
            const string TooSmall = "takes no packet as large as CONNACK";
            return Refuse(packet, new CloseReason(CloseKind.Refused, ReasonCode.PacketTooLarge, TooSmall));
        }
        LogsPackets = Engine.Logger.IsEnabled(LogLevel.Debug);
        AccessControl access = Engine.Access;
        Use(access);
        Will? will = ConnectRules.WillOf(packet, parameters, Origin, Access);
        // After a restart nobody would know any more what this client was given.
        if (will is not null && Identity?.Grant?.Rules is not null && !Access!.MayWrite(will.Message.Topic.Name))
        {
            Parameters = null;
            return Refuse(packet, new CloseReason(CloseKind.Refused, ReasonCode.NotAuthorized, "not authorised for the will"));
        }
        if (Engine.Peers.RefuseUser(this, parameters) is { } tooMany)
        {
            Parameters = null;
            return Refuse(packet, tooMany);
        }
        var options = new AttachOptions(parameters.UserName, parameters.ExpirySeconds, packet.ReceiveMaximum, will)
        {
            Listener = Listener,
            Access = Access,
            Grant = Identity?.Grant,
        };
        OpenResult opened = Engine.Sessions.Open(this, parameters.ClientId, parameters.CleanStart, in options);
        previous = opened.Previous;
        if (opened.Session is not { } session)
        {
            Parameters = null;
            return Refuse(packet, new CloseReason(CloseKind.Refused, ReasonCode.ServerUnavailable, "too many sessions"));
        }
        Session = session;
        if (previous is MqttConnection taken)
        {
            Engine.Metrics.SessionTakenOver();
            if (taken.WasTakenAlive) Engine.Takeovers.Note(parameters.ClientId, taken.Peer, Peer);
        }
        // A reload that came meanwhile may have passed over this client.
        if (Engine.Access is var now && now != access)
        {
            Use(now);
            Engine.Sessions.Use(session, now);
        }
        Engine.Metrics.ConnectionOpened(Listener, Version);
        if (Engine.Options.Logging.ConnectionMessages) LogConnected(parameters, packet);
        if (Engine.Metrics.Traces.Now is { } audience) TellConnected(audience);
        _connAckTicket = opened.Ticket;
        Volatile.Write(ref _connAck, ConnectRules.Answer(packet, parameters, this, opened.IsPresent));
        Drain();
        return null;
    }

    private CloseReason Refuse(ConnectPacket packet, CloseReason refusal)
    {
        // Another server may have what is short here.
        if (refusal.Code is ReasonCode.ServerUnavailable or ReasonCode.ServerBusy && Listener.ServerReference is { } reference)
            refusal = refusal with { Code = ReasonCode.UseAnotherServer, ServerReference = reference };
        if (packet.MaximumPacketSize > 0 && !Fits(refusal.ServerReference, packet.MaximumPacketSize))
            refusal = refusal with { ServerReference = null };
        string who = packet.ClientId.Length == 0 ? "<unknown>" : packet.ClientId;
        if (Engine.Options.Logging.ConnectionMessages) Log.Refused(Engine.Logger, who, Origin.RemoteAddress, refusal.Text);
        if (Engine.Metrics.Traces.Now is { } audience) TellRefused(audience, packet.ClientId, refusal);
        return refusal;
    }

    private void LogConnected(ClientParameters parameters, ConnectPacket packet)
    {
        int cleanStart = parameters.CleanStart ? 1 : 0;
        int version = MosquittoVersion(packet.Version);
        if (parameters.UserName is { } userName)
        {
            Log.ConnectedAs(Engine.Logger, Origin.RemoteAddress, parameters.ClientId, version, cleanStart,
                packet.KeepAliveSeconds, userName);
        }
        else
        {
            Log.Connected(Engine.Logger, Origin.RemoteAddress, parameters.ClientId, version, cleanStart,
                packet.KeepAliveSeconds);
        }
    }

    // mosquitto's log counts 1, 2 and 5.
    private static int MosquittoVersion(ProtocolVersion version) => version switch
    {
        ProtocolVersion.Mqtt31 => 1,
        ProtocolVersion.Mqtt311 => 2,
        _ => 5,
    };

    private static partial class Log
    {
        [LoggerMessage(EventIds.IdentityNotVerified, LogLevel.Information,
            "Client {ClientId} [{Address}] is not let in by its {Method}: {Detail}.")]
        internal static partial void NotVerified(
            ILogger logger, string clientId, string address, AuthenticationMethod method, string detail);
    }
}
