using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Broker.Persistence.Ef;

/// <summary>
/// Who retained a message: <c>check_retain_source</c> asks for that user. What was retained before has none, like what a client
/// without a user name retained.
/// </summary>
[DbContext(typeof(StateContext)), Migration(Id)]
internal sealed class RetainedPublisherUser : Migration
{
    public const string Id = "20261128000000_RetainedPublisherUser";

    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.AddColumn<string>("publisher_user", "retained", nullable: true);
}
