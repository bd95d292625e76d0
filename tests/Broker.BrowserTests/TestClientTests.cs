using Broker.TestKit.Processes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Broker.BrowserTests;

/// <summary>MQTT over WebSocket from the page.</summary>
[Collection(BrowserTests.Name)]
public sealed class TestClientTests(Browser browser)
{
    [Fact]
    public async Task What_it_publishes_arrives_at_mosquitto_sub_with_each_property()
    {
        await using DashboardBroker broker = await DashboardBroker.StartAsync();
        await using ChildProcess sub = await broker.SubscribeAsync(
            "-V", "5", "-q", "2", "-t", "a/#", "-F", "got %t %p q%q %C %R %D %P %E %F");
        await using Visit visit = await ConnectAsync(broker);

        await visit.FillAsync("Publish", "Topic", "a/b");
        await visit.FillAsync("Publish", "Payload", "from the page");
        await visit.Form("Publish").GetByLabel("QoS").SelectOptionAsync("2");
        await visit.Form("Publish").GetByText("Properties").ClickAsync();
        await visit.FillAsync("Publish", "Expiry, s", "3600");
        await visit.FillAsync("Publish", "Topic alias", "3");
        await visit.FillAsync("Publish", "Content type", "text/plain");
        await visit.FillAsync("Publish", "Response topic", "answers");
        await visit.FillAsync("Publish", "Correlation data", "c-17");
        await visit.Form("Publish").GetByLabel("payload is text").CheckAsync();
        await visit.Button("Add a user property").ClickAsync();
        await visit.Page.GetByLabel("Name of user property 1").FillAsync("who");
        await visit.Page.GetByLabel("Value of user property 1").FillAsync("ann");
        await visit.Button("Publish").ClickAsync();

        string line = await sub.Output.WaitForAsync("got a/b");
        Assert.Equal("got a/b from the page q2 text/plain answers c-17 who:ann 3600 1", line);
        // The topic is known by its alias now.
        await visit.FillAsync("Publish", "Payload", "again");
        await visit.Button("Publish").ClickAsync();
        await sub.Output.WaitForAsync("got a/b again");
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task What_it_subscribes_to_comes_as_its_options_say()
    {
        await using DashboardBroker broker = await DashboardBroker.StartAsync();
        await broker.PublishAsync("-t", "news/kept", "-r", "-q", "1", "-m", "kept");
        await using Visit visit = await ConnectAsync(broker);
        ILocator form = visit.Form("Subscribe");

        await visit.FillAsync("Subscribe", "Filter", "news/#");
        await visit.FillAsync("Subscribe", "Subscription id", "42");
        await form.GetByLabel("Retained messages").SelectOptionAsync("2");
        await form.GetByLabel("no local").CheckAsync();
        await visit.Button("Subscribe").ClickAsync();
        await Expect(visit.Log).ToContainTextAsync("Subscribed to news/#, QoS 1 granted.");
        await visit.FillAsync("Publish", "Topic", "news/own");
        await visit.Button("Publish").ClickAsync();
        await broker.PublishAsync("-t", "news/other", "-q", "1", "-m", "from elsewhere");

        await Expect(visit.Log).ToContainTextAsync("from elsewhere");
        await Expect(visit.Log).ToContainTextAsync("subscription id: 42");
        ILocator received = visit.Log.GetByLabel("received");
        await Expect(received).ToHaveCountAsync(1);
        await visit.Button("Unsubscribe from news/#").ClickAsync();
        await Expect(visit.Log).ToContainTextAsync("Unsubscribed from news/#.");
        await visit.GoToAsync("Subscriptions");
        await Expect(visit.Page.GetByText("There is no subscription.")).ToBeVisibleAsync();
        await visit.GoToAsync("Test client");
        await visit.Button("Disconnect").ClickAsync();
        await Expect(visit.Button("Connect")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task It_goes_to_no_other_host_and_says_what_went_wrong()
    {
        await using DashboardBroker broker = await DashboardBroker.StartAsync();
        await using Visit visit = await browser.VisitAsync(broker);
        await visit.GoToAsync("Test client");

        await visit.FillAsync("Connection", "Address", "ws://broker.example:8080/mqtt");
        await visit.Button("Connect").ClickAsync();
        await Expect(visit.Log).ToContainTextAsync("This page may connect to 127.0.0.1 only");
        await visit.FillAsync("Connection", "Address", $"ws://127.0.0.1:{FreePorts.Take()}/mqtt");
        await visit.Button("Connect").ClickAsync();
        await Expect(visit.Log).ToContainTextAsync("There is no connection.");
        Assert.All(visit.Faults, static fault => Assert.Contains("ERR_CONNECTION_REFUSED", fault, StringComparison.Ordinal));
    }

    private async Task<Visit> ConnectAsync(DashboardBroker broker)
    {
        Visit visit = await browser.VisitAsync(broker);
        await visit.GoToAsync("Test client");
        // What it needs for MQTT is not loaded for who only looks.
        Assert.Equal(0, await visit.AskAsync<int>(MqttScripts));
        await visit.Button("Connect").ClickAsync();
        await Expect(visit.Log).ToContainTextAsync("Connected.");
        Assert.Equal(1, await visit.AskAsync<int>(MqttScripts));
        return visit;
    }

    private const string MqttScripts =
        "performance.getEntriesByType('resource').filter(one => one.name.includes('/assets/mqtt')).length";
}
