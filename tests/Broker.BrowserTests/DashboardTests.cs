using Broker.TestKit.Processes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Broker.BrowserTests;

/// <summary>What an operator does with the dashboard.</summary>
[Collection(BrowserTests.Name)]
public sealed class DashboardTests(Browser browser)
{
    [Fact]
    public async Task Who_logs_in_sees_a_client_come_ends_its_connection_and_deletes_its_session()
    {
        await using DashboardBroker broker = await DashboardBroker.StartAsync(asksForToken: true);
        await using Visit visit = await browser.VisitAsync(broker);
        await visit.GiveTokenAsync("a-token-of-nobody");
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This token is not in admin_token_file.");
        await visit.LogInAsync(DashboardBroker.Token);
        await visit.GoToAsync("Clients");
        await Expect(visit.Page.GetByText("No client is connected.")).ToBeVisibleAsync();

        await using ChildProcess sub = await broker.SubscribeAsync("-i", "sensor/1 %", "-c", "-q", "1", "-t", "a/+");
        await visit.Link("sensor/1 %").ClickAsync();
        await Expect(visit.Page.GetByText("a/+")).ToBeVisibleAsync();
        await visit.Button("Disconnect").ClickAsync();

        // mosquitto_sub comes back by itself.
        await sub.Output.WaitForAsync(
            2, static line => line.Contains("sending CONNECT", StringComparison.Ordinal), "a second CONNECT");
        sub.Kill();
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("away");
        await Expect(visit.Button("Disconnect")).ToHaveCountAsync(0);
        await visit.Button("Delete session…").ClickAsync();
        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete session" }).ClickAsync();
        await Expect(visit.Page.GetByText("There is no session.")).ToBeVisibleAsync();
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task Who_logs_out_leaves_no_token_behind_and_who_may_only_look_is_told_so()
    {
        await using DashboardBroker broker = await DashboardBroker.StartAsync(asksForToken: true);
        await using ChildProcess sub = await broker.SubscribeAsync("-i", "here", "-t", "a");
        await using Visit visit = await browser.VisitAsync(broker);
        await visit.LogInAsync(DashboardBroker.ReadToken);

        await visit.GoToAsync("Clients");
        await visit.Link("here").ClickAsync();
        await visit.Button("Disconnect").ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The token of 'bob' is one to read with");
        await visit.Page.ReloadAsync();
        await Expect(visit.Page.GetByText("Connected for")).ToBeVisibleAsync();
        await visit.Button("Log out").ClickAsync();

        await Expect(visit.Page.GetByLabel("Token")).ToBeVisibleAsync();
        await Expect(visit.Page.GetByText("here")).ToHaveCountAsync(0);
        Assert.Equal(0, await visit.AskAsync<int>("sessionStorage.length"));
        await visit.Page.ReloadAsync();
        await Expect(visit.Page.GetByLabel("Token")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_is_retained_is_shown_read_and_deleted()
    {
        await using DashboardBroker broker = await DashboardBroker.StartAsync();
        await broker.PublishAsync(
            "-V", "5", "-t", "plant/boiler/state", "-r", "-q", "1", "-m", """{"on":true}""", "-D", "publish", "content-type",
            "application/json", "-D", "publish", "user-property", "who", "ann");
        await using Visit visit = await browser.VisitAsync(broker);

        await visit.GoToAsync("Retained");
        await visit.Page.GetByLabel("Search retained").FillAsync("boiler");
        await visit.Link("plant/boiler/state").ClickAsync();
        await Expect(visit.Page.GetByLabel("Payload")).ToHaveTextAsync("{\n  \"on\": true\n}");
        await Expect(visit.Page.GetByText("application/json")).ToBeVisibleAsync();
        await Expect(visit.Page.GetByText("User property who")).ToBeVisibleAsync();
        await visit.Button("Delete…").ClickAsync();
        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();

        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Retained", Exact = true })).ToBeVisibleAsync();
        await visit.Page.GetByLabel("Search retained").FillAsync("boiler");
        await Expect(visit.Page.GetByText("Nothing matches.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_client_is_banned_listed_and_let_in_again()
    {
        await using DashboardBroker broker = await DashboardBroker.StartAsync();
        await using ChildProcess sub = await broker.SubscribeAsync("-i", "sensor/1 %", "-t", "a");
        await using Visit visit = await browser.VisitAsync(broker);
        await visit.GoToAsync("Bans");
        await Expect(visit.Page.GetByText("Nobody is banned.")).ToBeVisibleAsync();
        await visit.Form("New ban").GetByLabel("As", new() { Exact = true }).SelectOptionAsync("peerhost_net");
        await visit.FillAsync("New ban", "Who", "10.0.0.1/8");
        await visit.Button("Ban").ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("the network is 10.0.0.0/8");

        await visit.Form("New ban").GetByLabel("As", new() { Exact = true }).SelectOptionAsync("clientid");
        await visit.FillAsync("New ban", "Who", "sensor/1 %");
        await visit.FillAsync("New ban", "Reason", "floods");
        await visit.Button("Ban").ClickAsync();
        await Expect(visit.Page.GetByText("Banned sensor/1 %; 1 disconnected")).ToBeVisibleAsync();
        await sub.Lines.WaitForAsync("Connection Refused: not authorised");

        ILocator row = visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "sensor/1 %" });
        await Expect(row).ToContainTextAsync("floods");
        await visit.Button("Lift…").ClickAsync();
        ILocator dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Lift", Exact = true }).ClickAsync();
        await Expect(visit.Page.GetByText("Nobody is banned.")).ToBeVisibleAsync();
        await broker.PublishAsync("-i", "sensor/1 %", "-t", "a", "-m", "x");
    }

    [Fact]
    public async Task The_tree_of_topics_has_what_is_retained_and_what_comes()
    {
        await using DashboardBroker broker = await DashboardBroker.StartAsync();
        await broker.PublishAsync("-t", "site/kept", "-r", "-q", "1", "-m", "old");
        await using Visit visit = await browser.VisitAsync(broker);
        await visit.GoToAsync("Topics");
        await visit.Page.Locator("[data-topic='site']").ClickAsync();
        await Expect(visit.Page.Locator("[data-topic='site/kept']")).ToContainTextAsync("old");

        await broker.PublishAsync("-t", "site/live", "-i", "boiler", "-m", "17");
        await visit.Page.Locator("[data-topic='site/live']").ClickAsync();
        await broker.PublishAsync("-t", "site/live", "-i", "boiler", "-m", "18");

        await Expect(visit.Page.GetByLabel("Payload")).ToHaveTextAsync("18");
        await Expect(visit.Page.GetByLabel("Last value").GetByRole(AriaRole.Link, new() { Name = "boiler" })).ToBeVisibleAsync();
        await Expect(visit.Page.GetByText("2 topics, 3 messages")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_overview_moves_and_the_configuration_says_what_is_unwise()
    {
        await using DashboardBroker broker = await DashboardBroker.StartAsync(
            lines: "max_inflight_messages 7\nuser nobody\nuser root");
        await using Visit visit = await browser.VisitAsync(broker);
        ILocator received = visit.Page.GetByText("Messages in", new() { Exact = true }).Locator("..");
        await Expect(received).ToContainTextAsync("0 in all");

        await broker.PublishAsync("-t", "a", "-m", "x", "--repeat", "25");
        await Expect(received).ToContainTextAsync("25 in all");
        Assert.Equal(6, await visit.Page.Locator(".plot canvas").CountAsync());
        await Expect(visit.Page.GetByRole(AriaRole.Img, new() { Name = "Commit latency" })).ToBeVisibleAsync();

        await visit.GoToAsync("Configuration");
        await Expect(visit.Page.GetByRole(AriaRole.Row, new() { Name = "max_inflight_messages 7" })).ToBeVisibleAsync();
        await Expect(visit.Page.GetByText("warning").First).ToBeVisibleAsync();
        await visit.Button("Reload").ClickAsync();
        await Expect(visit.Page.GetByText("No option changed.")).ToBeVisibleAsync();
    }
}
