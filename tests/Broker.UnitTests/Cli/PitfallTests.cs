using System.Text.RegularExpressions;
using Broker.TestKit;
using Broker.UnitTests.Repository;

namespace Broker.UnitTests.Cli;

/// <summary>
/// What <c>broker check-config</c> says about the configurations that operators of other brokers fell over, word for word: the
/// files of Cli/Findings. Their first letters are the row of docs/demands.md; a lone <c>g</c> is our own finding.
/// </summary>
public sealed partial class PitfallTests
{
    [Fact, Demand("G1")]
    public Task A_typo_is_told_with_the_name_that_was_meant() => GoldenFile.ExpectAsync("g01-typo");

    [Fact, Demand("G2")]
    public Task An_option_that_opens_a_listener_or_holds_for_all_of_them_is_told_with_both_lines() =>
        GoldenFile.ExpectAsync("g02-hidden-listener", "g02-option-below-listener");

    [Fact, Demand("G3")]
    public Task Encodings_are_named() => GoldenFile.ExpectAsync("g03-utf16", "g03-byte-order-mark");

    [Fact, Demand("G4")]
    public Task A_start_that_would_fail_is_told_with_each_place_and_a_status() => GoldenFile.ExpectAsync("g04-failing-start");

    [Fact, Demand("G5")]
    public Task Certificates_that_are_absent_or_run_out_are_told_with_their_line() =>
        GoldenFile.ExpectAsync("g05-certificate-missing", "g05-certificate-runs-out");

    [Fact, Demand("G6")]
    public Task Authorities_and_revocation_lists_that_are_stale_are_told() =>
        GoldenFile.ExpectAsync("g06-cafile-without-certificate", "g06-stale-authorities");

    [Fact, Demand("G7")]
    public Task Per_listener_settings_that_lock_users_out_are_told() =>
        GoldenFile.ExpectAsync("g07-per-listener-settings", "g07-listener-without-users");

    [Fact, Demand("G8")]
    public Task Proxies_that_anybody_could_be_are_told() =>
        GoldenFile.ExpectAsync("g08-proxies", "g08-proxy-without-header");

    [Fact, Demand("G9")]
    public Task A_certificate_that_browsers_refuse_is_told() => GoldenFile.ExpectAsync("g09-browsers");

    [Fact, Demand("G10")]
    public Task The_line_that_a_reload_would_stumble_over_is_told() => GoldenFile.ExpectAsync("g10-one-wrong-line");

    [Fact, Demand("H1")]
    public Task A_mounted_secret_is_read_through_its_links_and_its_targets_mode_is_told() =>
        GoldenFile.ExpectAsync("h1-symbolic-link", "h1-data-folder");

    [Fact, Demand("H2")]
    public Task Mounts_that_are_not_there_are_told_with_path_and_reason() => GoldenFile.ExpectAsync("h2-missing-files");

    [Fact, Demand("H3")]
    public Task Values_as_a_chart_leaves_them_are_told() => GoldenFile.ExpectAsync("h3-yaml-quotes", "h3-chart-values");

    [Fact, Demand("H4")]
    public Task Plain_passwords_are_told_with_the_ways_out_and_taken_where_that_is_said() =>
        GoldenFile.ExpectAsync("h4-plain-passwords", "h4-plain-passwords-accepted");

    [Fact]
    public Task Access_lists_and_what_is_expected_of_them_are_checked() =>
        GoldenFile.ExpectAsync("g-access-lists", "g-access-list-tests");

    [Fact]
    public Task What_lets_strangers_in_is_told() => GoldenFile.ExpectAsync("g-anonymous-public", "g-insecure-combinations");

    [Fact]
    public Task What_is_on_its_way_out_or_not_there_is_told() => GoldenFile.ExpectAsync("g-deprecated", "g-not-supported");

    [Fact]
    public Task A_mount_point_is_no_filter() => GoldenFile.ExpectAsync("g-mount-point-wildcard");

    [Fact]
    public Task Keys_and_secrets_of_tokens_are_looked_at() => GoldenFile.ExpectAsync("g-tokens");

    [Fact]
    public Task A_service_that_is_asked_over_HTTP_is_looked_at() => GoldenFile.ExpectAsync("g-http-service");

    [Fact]
    public Task The_files_of_an_admin_listener_are_looked_at() => GoldenFile.ExpectAsync("g-admin-listener-files");

    [Fact]
    public void Each_file_is_played_by_a_test_that_names_its_row()
    {
        string text = File.ReadAllText(Path.Combine(RepositoryTree.Root, "tests/Broker.UnitTests/Cli/PitfallTests.cs"));
        (string Name, string Row)[] played =
        [
            .. from test in Played().Matches(text)
               from name in Name().Matches(test.Groups["names"].Value)
               select (name.Groups["name"].Value, test.Groups["row"].Value),
        ];

        Assert.Equal(GoldenFile.Names, played.Select(file => file.Name).Order(StringComparer.Ordinal));
        Assert.All(played, file => Assert.Equal(RowOf(file.Name), file.Row));
    }

    // g05-certificate-missing: G5.
    private static string RowOf(string name)
    {
        Match number = Number().Match(name);
        return number.Success ? number.Groups["letter"].Value.ToUpperInvariant() + number.Groups["number"].Value : "";
    }

    [GeneratedRegex("""
        \[Fact(, Demand\("(?<row>\w+)"\))?\]\s+public Task [^;]*?ExpectAsync\((?<names>"[^)]*)\)
        """)]
    private static partial Regex Played();

    [GeneratedRegex("""
        "(?<name>[^"]+)"
        """)]
    private static partial Regex Name();

    [GeneratedRegex("^(?<letter>[gh])0?(?<number>[1-9][0-9]*)-")]
    private static partial Regex Number();
}
