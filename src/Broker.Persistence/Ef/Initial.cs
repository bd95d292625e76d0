using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Broker.Persistence.Ef;

/// <summary>
/// The first schema. Types are left to the provider. There are no foreign keys: the writer removes what belongs to a session with
/// it, and a check of each row would cost every commit. What is for one of them alone is in <see cref="PostgresTables"/> and
/// <see cref="SqliteTables"/>.
/// </summary>
[DbContext(typeof(StateContext)), Migration(Id)]
internal sealed class Initial : Migration
{
    public const string Id = "20261001000000_Initial";

    protected override void Up(MigrationBuilder migrationBuilder)
    {
        bool isPostgres = migrationBuilder.IsNpgsql();
        string? byteOrder = isPostgres ? PostgresTables.ByteOrder : null;
        CreateSessionTables(migrationBuilder, byteOrder);
        CreateMessageTables(migrationBuilder, byteOrder);
        migrationBuilder.CreateTable(
            "store_state",
            table => new
            {
                id = table.Column<int>(),
                ticket = table.Column<long>(),
                owner = table.Column<string>(nullable: true),
                import_started_at = table.Column<long>(nullable: true),
            },
            constraints: table => table.PrimaryKey("pk_store_state", row => row.id));
        migrationBuilder.Sql("INSERT INTO store_state (id, ticket) VALUES (1, 0);");
        foreach (string view in StateViews.For(isPostgres)) migrationBuilder.Sql(view);
        if (!isPostgres) return;
        foreach (string statement in PostgresTables.All) migrationBuilder.Sql(statement);
    }

    private static void CreateSessionTables(MigrationBuilder migrationBuilder, string? byteOrder)
    {
        migrationBuilder.CreateTable(
            "session",
            table => new
            {
                id = table.Column<long>(),
                client_id = table.Column<string>(collation: byteOrder),
                user_name = table.Column<string>(nullable: true),
                expiry_seconds = table.Column<long>(),
                away_at = table.Column<long>(nullable: true),
                expires_at = table.Column<long>(nullable: true),
                last_sequence = table.Column<long>(),
                sent_sequence = table.Column<long>(nullable: true),
            },
            constraints: table => table.PrimaryKey("pk_session", row => row.id));
        if (byteOrder is null) migrationBuilder.CreateIndex("ix_session_client_id", "session", "client_id", unique: true);
        migrationBuilder.CreateTable(
            "subscription",
            table => new
            {
                session_id = table.Column<long>(),
                filter = table.Column<string>(collation: byteOrder),
                options = table.Column<int>(),
                subscription_id = table.Column<long>(),
            },
            constraints: table =>
            {
                if (byteOrder is null) table.PrimaryKey("pk_subscription", row => new { row.session_id, row.filter });
            });
        migrationBuilder.CreateTable(
            "will",
            table => new
            {
                session_id = table.Column<long>(),
                topic = table.Column<string>(collation: byteOrder),
                payload = table.Column<byte[]>(),
                properties = table.Column<byte[]>(),
                qos = table.Column<int>(),
                retain = table.Column<bool>(),
                delay_seconds = table.Column<long>(),
                expiry_seconds = table.Column<long>(nullable: true),
            },
            constraints: table => table.PrimaryKey("pk_will", row => row.session_id));
        migrationBuilder.CreateTable(
            "receipt",
            table => new { session_id = table.Column<long>(), packet_id = table.Column<int>() },
            constraints: table => table.PrimaryKey("pk_receipt", row => new { row.session_id, row.packet_id }));
    }

    private static void CreateMessageTables(MigrationBuilder migrationBuilder, string? byteOrder)
    {
        migrationBuilder.CreateTable(
            "message",
            table => new
            {
                id = table.Column<long>(),
                topic = table.Column<string>(collation: byteOrder),
                payload = table.Column<byte[]>(),
                properties = table.Column<byte[]>(),
                qos = table.Column<int>(),
                retain = table.Column<bool>(),
                expires_at = table.Column<long>(nullable: true),
                publisher_id = table.Column<string>(nullable: true),
            },
            constraints: table => table.PrimaryKey("pk_message", row => row.id));
        if (byteOrder is null) migrationBuilder.Sql(SqliteTables.Delivery);
        else CreateDeliveryTable(migrationBuilder);
        migrationBuilder.CreateTable(
            "retained",
            table => new
            {
                topic = table.Column<string>(collation: byteOrder),
                payload = table.Column<byte[]>(),
                properties = table.Column<byte[]>(),
                qos = table.Column<int>(),
                retain = table.Column<bool>(),
                expires_at = table.Column<long>(nullable: true),
                publisher_id = table.Column<string>(nullable: true),
            },
            constraints: table =>
            {
                if (byteOrder is null) table.PrimaryKey("pk_retained", row => row.topic);
            });
    }

    private static void CreateDeliveryTable(MigrationBuilder migrationBuilder) =>
        migrationBuilder.CreateTable(
            "delivery",
            table => new
            {
                session_id = table.Column<long>(),
                sequence = table.Column<long>(),
                message_id = table.Column<long>(),
                qos = table.Column<int>(),
                retain = table.Column<bool>(),
                is_released = table.Column<bool>(),
                subscription_ids = table.Column<string>(nullable: true),
            },
            constraints: table => table.PrimaryKey("pk_delivery", row => new { row.session_id, row.sequence }));
}
