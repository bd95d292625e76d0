using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Broker.Persistence.Ef;

/// <summary>A delivery says whether it came by a shared subscription. Of those that are there nobody knows: no.</summary>
[DbContext(typeof(StateContext)), Migration(Id)]
internal sealed class SharedDeliveries : Migration
{
    public const string Id = "20261127000000_SharedDeliveries";

    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.AddColumn<bool>("is_shared", "delivery", nullable: false, defaultValue: false);
}
