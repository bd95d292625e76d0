using System.Globalization;
using Broker.Connections;
using Broker.Diagnostics;
using Broker.Security.Bans;

namespace Broker.Admin;

/// <summary>A ban.</summary>
/// <param name="As">What is banned: clientid, username, peerhost or peerhost_net.</param>
/// <param name="Who">The client id, user name, address or network.</param>
/// <param name="By">The name of the token of who made it, flapping or failed_login.</param>
/// <param name="Reason">Why; null: it was not said.</param>
/// <param name="At">When it was made.</param>
/// <param name="Until">When it ends; null: never.</param>
/// <param name="RemainingSeconds">For how long it still holds; null: for ever.</param>
internal sealed record BanView(
    string As, string Who, string By, string? Reason, DateTimeOffset At, DateTimeOffset? Until, long? RemainingSeconds)
{
    public static BanView Of(Ban ban, long now) => new(
        ban.Target.KindName, ban.Target.Who, ban.By, ban.Reason, DateTimeOffset.FromUnixTimeMilliseconds(ban.At),
        ban.Until == Ban.ForEver ? null : DateTimeOffset.FromUnixTimeMilliseconds(ban.Until),
        ban.Until == Ban.ForEver ? null : (ban.Until - now + 999) / 1000);
}

/// <summary>What banning somebody came to.</summary>
/// <param name="Ban">The ban.</param>
/// <param name="Replaced">Whether there was one of the same before.</param>
/// <param name="Disconnected">Clients that were connected and are not any more.</param>
/// <param name="SessionsDeleted">Sessions that are gone.</param>
internal sealed record BannedView(BanView Ban, bool Replaced, int Disconnected, int SessionsDeleted);

/// <summary><c>/api/bans</c>: who may not connect, banning somebody, and lifting a ban.</summary>
internal sealed class BansResource(BrokerEngine engine)
{
    private const string Path = "/api/bans";

    private long Now => engine.Time.GetUtcNow().ToUnixTimeMilliseconds();

    public void Map(IEndpointRouteBuilder routes, AdminChanges changes)
    {
        routes.MapGet(Path, ListAsync);
        changes.Map("POST", Path, "ban", context => JsonBody.ReadAsync(context, root =>
        {
            BanRequest? request = BanRequest.Read(root, Now, out string who, out ApiProblem? problem);
            return request is null ? Task.FromResult(Change.Refused(who, problem!)) : BanAsync(context, request);
        }));
        changes.Map("DELETE", Path, "lift ban", LiftAsync);
    }

    private Task ListAsync(HttpContext context)
    {
        BanKind? kind = null;
        if (context.Request.Query["as"] is [{ Length: > 0 } name])
        {
            if (!BanTarget.TryParseKind(name, out BanKind wanted))
                return context.FailAsync(StatusCodes.Status400BadRequest, $"There is no kind of ban '{name}'.", "as");
            kind = wanted;
        }
        TextFilter? filter = TextFilter.Of(context.Request.Query["filter"]);
        long now = Now;
        return context.SendPageAsync(
            page => page.Of(
                engine.Bans.List.All.Where(ban => !ban.IsOver(now) && (kind is null || ban.Target.Kind == kind)),
                static ban => ban.Target.Key,
                ban => BanView.Of(ban, now),
                filter is null
                    ? null
                    : ban => filter.Matches(ban.Target.Who) || filter.Matches(ban.By) || filter.Matches(ban.Reason)),
            AdminJson.Default.PageBanView);
    }

    private async Task<Change> BanAsync(HttpContext context, BanRequest request)
    {
        long now = Now;
        string by = context.Features.Get<AdminIdentity>()!.Name;
        Ban ban = new(request.Target, BanMaker.Administrator, by, request.Reason, now, request.Until);
        BanOutcome outcome = engine.Bans.Put(ban, out long ticket);
        if (outcome == BanOutcome.Full)
        {
            return Change.Refused(
                request.Target.Key, StatusCodes.Status507InsufficientStorage,
                $"There are {engine.Bans.List.Count} bans, and 'max_bans' is {engine.Options.Limits.Bans.CountMax}: lift some, "
                + "or ban a network in place of its addresses.");
        }
        (int deleted, int disconnected) = (0, 0);
        if (request.DeletesSessions)
        {
            deleted = engine.Bans.DeleteSessions(ban, out disconnected, out long deletion);
            ticket = Math.Max(ticket, deletion);
        }
        if (request.Disconnects) disconnected += engine.Bans.Disconnect(ban);
        if (!await CommitWait.ForAsync(engine.Store, ticket, engine.Time)) return Change.Uncommitted(request.Target.Key);
        string end = request.Until == Ban.ForEver
            ? "for ever"
            : string.Create(CultureInfo.InvariantCulture, $"for {(request.Until - now + 999) / 1000} seconds");
        return Change.Done(
            request.Target.Key,
            string.Create(
                CultureInfo.InvariantCulture, $"banned {end}, {disconnected} disconnected, {deleted} sessions deleted"),
            new BannedView(BanView.Of(ban, now), outcome == BanOutcome.Replaced, disconnected, deleted),
            AdminJson.Default.BannedView);
    }

    private async Task<Change> LiftAsync(HttpContext context)
    {
        string kind = context.Request.Query["as"].ToString();
        string who = context.Request.Query["who"].ToString();
        if (BanTarget.Read(kind, who, out BanTarget target, out bool isKindWrong) is { } wrong)
            return Change.Refused(who, StatusCodes.Status400BadRequest, wrong, isKindWrong ? "as" : "who");
        if (engine.Bans.List.Remove(target, out long ticket) is not { } ban)
        {
            return Change.Refused(
                target.Key, StatusCodes.Status404NotFound, $"There is no ban of {target.KindName} '{target.Who}'.");
        }
        if (!await CommitWait.ForAsync(engine.Store, ticket, engine.Time)) return Change.Uncommitted(target.Key);
        return Change.Done(target.Key, $"lifted, it was made by {ban.By}", BanView.Of(ban, Now), AdminJson.Default.BanView);
    }
}
