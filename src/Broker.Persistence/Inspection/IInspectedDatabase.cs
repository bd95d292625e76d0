using System.Data.Common;
using Broker.Persistence.Ef;

namespace Broker.Persistence.Inspection;

/// <summary>A store that is looked at and not opened: nothing is written, and a broker may have it open meanwhile.</summary>
internal interface IInspectedDatabase : IDisposable
{
    /// <summary>For sentences: where it is, without a password.</summary>
    string Name { get; }

    /// <summary>SQLite or PostgreSQL, with the version.</summary>
    string Provider { get; }

    /// <summary>The database as it was when it was opened.</summary>
    DbConnection Snapshot { get; }

    /// <summary>What it has of our tables.</summary>
    SchemaState Schema { get; }

    /// <summary>The last migration that this release knows of those that were applied; null: none.</summary>
    string? SchemaVersion { get; }

    /// <summary>Who has it open; empty: nobody; null: that cannot be found out.</summary>
    string? Holder { get; }

    /// <summary>Whether a message may stand without deliveries until the commit after.</summary>
    bool RemovesMessagesLate { get; }

    /// <summary>What it takes on the disk.</summary>
    IReadOnlyList<StoreSize> ReadSizes();

    /// <summary>Reads every page and says what is damaged; empty: nothing.</summary>
    IReadOnlyList<string> FindDamage();
}
