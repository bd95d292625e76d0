using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Broker.Persistence.Ef;

/// <summary>
/// Who may not connect. On PostgreSQL without a key, as in <see cref="PostgresTables"/>: a client id may be longer than an entry
/// of a B-tree index.
/// </summary>
[DbContext(typeof(StateContext)), Migration(Id)]
internal sealed class Bans : Migration
{
    public const string Id = "20261129000000_Bans";

    protected override void Up(MigrationBuilder migrationBuilder)
    {
        bool isPostgres = migrationBuilder.IsNpgsql();
        string? byteOrder = isPostgres ? PostgresTables.ByteOrder : null;
        migrationBuilder.CreateTable(
            "ban",
            table => new
            {
                kind = table.Column<string>(collation: byteOrder),
                who = table.Column<string>(collation: byteOrder),
                made_by = table.Column<string>(),
                reason = table.Column<string>(nullable: true),
                made_at = table.Column<long>(),
                expires_at = table.Column<long>(nullable: true),
            },
            constraints: table =>
            {
                if (byteOrder is null) table.PrimaryKey("pk_ban", row => new { row.kind, row.who });
            });
        migrationBuilder.Sql(StateViews.Bans(isPostgres));
        if (isPostgres) migrationBuilder.Sql("CREATE INDEX ix_ban_who ON ban USING hash (who);");
    }
}
