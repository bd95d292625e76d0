using Broker.Diagnostics;
using Broker.Persistence.Changes;

namespace Broker.Security.Bans;

/// <summary>Somebody may not connect.</summary>
/// <param name="Target">Who.</param>
/// <param name="Maker">What made it.</param>
/// <param name="By">Who made it: the name of an admin token, or what it is made by.</param>
/// <param name="Reason">Why, or null.</param>
/// <param name="At">When it was made, milliseconds since 1970 UTC.</param>
/// <param name="Until">When it ends, likewise; <see cref="ForEver"/>.</param>
internal sealed record Ban(BanTarget Target, BanMaker Maker, string By, string? Reason, long At, long Until)
{
    /// <summary>It does not end by itself.</summary>
    public const long ForEver = long.MaxValue;

    /// <summary>What a log line says of it, a clause.</summary>
    public string Clause => $"banned: {Target.KindName}, by {By}{(Reason is null ? "" : $" ({Reason})")}";

    /// <summary>A ban of the store; null: it is none that is known here.</summary>
    public static Ban? Of(BanPut put)
    {
        if (BanTarget.Read(put.Kind, put.Who, out BanTarget target, out _) is not null) return null;
        BanMaker maker = Array.Find(
            Enum.GetValues<BanMaker>(), maker => maker != BanMaker.Administrator && NameOf(maker) == put.By);
        return new Ban(target, maker, put.By, put.Reason, put.At, put.Until);
    }

    /// <summary>What stands in <see cref="By"/> of bans that no administrator made.</summary>
    public static string NameOf(BanMaker maker) => SnakeCase.Of(maker.ToString());

    /// <summary>Whether it has ended.</summary>
    public bool IsOver(long now) => Until <= now;

    /// <summary>For the store.</summary>
    public BanPut ToPut() => new(Target.KindName, Target.Who, By, Reason, At, Until);
}
