using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Broker.Persistence.Ef;

/// <summary>
/// The model of the tables: names are snake_case, instants are milliseconds since 1970 UTC, null where the change records say
/// "never". Keys are made by the writer.
/// </summary>
internal sealed partial class StateContext(DbContextOptions<StateContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<SessionRow>(session =>
        {
            session.ToTable("session").HasKey(row => row.Id);
            session.Property(row => row.Id).ValueGeneratedNever();
            session.HasIndex(row => row.ClientId).IsUnique().HasDatabaseName("ix_session_client_id");
        });
        modelBuilder.Entity<SubscriptionRow>().ToTable("subscription").HasKey(row => new { row.SessionId, row.Filter });
        modelBuilder.Entity<WillRow>(will =>
        {
            will.ToTable("will").HasKey(row => row.SessionId);
            will.Property(row => row.SessionId).ValueGeneratedNever();
        });
        modelBuilder.Entity<MessageRow>(message =>
        {
            message.ToTable("message").HasKey(row => row.Id);
            message.Property(row => row.Id).ValueGeneratedNever();
        });
        modelBuilder.Entity<DeliveryRow>().ToTable("delivery").HasKey(row => new { row.SessionId, row.Sequence });
        modelBuilder.Entity<ReceiptRow>().ToTable("receipt").HasKey(row => new { row.SessionId, row.PacketId });
        modelBuilder.Entity<RetainedRow>().ToTable("retained").HasKey(row => row.Topic);
        modelBuilder.Entity<BanRow>().ToTable("ban").HasKey(row => new { row.Kind, row.Who });
        modelBuilder.Entity<StoreStateRow>(state =>
        {
            state.ToTable("store_state").HasKey(row => row.Id);
            state.Property(row => row.Id).ValueGeneratedNever();
        });
        foreach (IMutableProperty property in modelBuilder.Model.GetEntityTypes().SelectMany(type => type.GetProperties()))
            property.SetColumnName(WordStart().Replace(property.Name, "_$0").ToLowerInvariant());
    }

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex WordStart();
}
