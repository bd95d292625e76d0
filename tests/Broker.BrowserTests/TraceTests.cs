using Broker.TestKit.Processes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Broker.BrowserTests;

/// <summary>What becomes of messages and clients, as the page shows it.</summary>
[Collection(BrowserTests.Name)]
public sealed class TraceTests(Browser browser)
{
    private const string Traces = "api/trace";

    [Fact]
    public async Task Who_follows_a_client_sees_what_becomes_of_its_messages_until_the_page_is_left()
    {
        await using DashboardBroker broker = await DashboardBroker.StartAsync(asksForToken: true);
        await using ChildProcess sub = await broker.SubscribeAsync("-i", "reader/1", "-q", "1", "-t", "a/#");
        await using Visit visit = await browser.VisitAsync(broker);
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        visit.Page.RequestFailed += (_, request) =>
        {
            if (request.Url.Contains(Traces, StringComparison.Ordinal)) ended.TrySetResult();
        };
        await visit.LogInAsync(DashboardBroker.Token);
        await visit.GoToAsync("Clients");
        await visit.Link("reader/1").ClickAsync();

        await visit.Button("Follow").ClickAsync();
        await Expect(visit.Page.GetByText("The trace is on.")).ToBeAttachedAsync();
        await broker.PublishAsync("-i", "writer", "-t", "a/b", "-q", "1", "-m", "12345");
        foreach (string word in new[] { "queued", "sent", "acked" })
            await Expect(visit.TraceRow(word)).ToContainTextAsync("a/b");
        await Expect(visit.TraceRow("sent").GetByRole(AriaRole.Cell).Nth(6)).ToHaveTextAsync("1");
        await Expect(visit.TraceRow("sent").GetByRole(AriaRole.Link, new() { Name = "writer" })).ToBeVisibleAsync();
        // What happened to the publisher is not about this client. The newest is on top.
        await Expect(visit.TraceRow("accepted")).ToHaveCountAsync(0);
        await Expect(visit.Page.GetByRole(AriaRole.Table, new() { Name = "Events" }).GetByRole(AriaRole.Row).Nth(1))
            .ToContainTextAsync("acked");

        await visit.GoToAsync("Clients");
        await ended.Task.WaitAsync(TestKit.TestTime.ProcessPatience);
        Assert.Empty(visit.Faults);
    }

    [Fact]
    public async Task A_trace_of_a_client_and_a_topic_is_stopped_and_begun_anew_and_a_wrong_address_is_said()
    {
        await using DashboardBroker broker = await DashboardBroker.StartAsync();
        await using ChildProcess sub = await broker.SubscribeAsync("-i", "reader", "-q", "1", "-t", "#");
        await using Visit visit = await browser.VisitAsync(broker);
        await visit.GoToAsync("Trace");
        await visit.FillAsync("Trace", "Address", "10.0.0.300");
        await visit.Button("Follow").ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not '10.0.0.300'");

        await visit.FillAsync("Trace", "Address", "");
        await visit.FillAsync("Trace", "Topic filter", "a/+");
        await visit.FillAsync("Trace", "Client id", "writer");
        await visit.Button("Follow").ClickAsync();
        await Expect(visit.Page.GetByText("The trace is on.")).ToBeAttachedAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        await broker.PublishAsync("-i", "writer", "-t", "other", "-q", "1", "-m", "x");
        await broker.PublishAsync("-i", "stranger", "-t", "a/b", "-q", "1", "-m", "x");
        await broker.PublishAsync("-i", "writer", "-t", "a/b", "-q", "1", "-m", "x");
        await Expect(visit.TraceRow("acked")).ToContainTextAsync("reader");
        await Expect(visit.TraceRow("accepted")).ToContainTextAsync("writer");
        await Expect(visit.TraceRow("sent")).ToContainTextAsync("writer");
        await Expect(visit.TraceRow("matched × 1")).ToHaveCountAsync(1);
        await Expect(visit.Page.GetByText("5 events since")).ToBeVisibleAsync();

        await visit.Button("Stop").ClickAsync();
        await Expect(visit.Page.GetByText("; stopped.")).ToBeVisibleAsync();
        await broker.PublishAsync("-i", "writer", "-t", "a/b", "-q", "1", "-m", "x");
        await visit.Button("Follow").ClickAsync();
        await Expect(visit.Page.GetByText("0 events since")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task More_than_it_takes_is_bounded_and_counted()
    {
        await using DashboardBroker broker = await DashboardBroker.StartAsync();
        await using Visit visit = await browser.VisitAsync(broker);
        await visit.GoToAsync("Trace");
        await visit.FillAsync("Trace", "Client id", "flood");
        await visit.Button("Follow").ClickAsync();
        await Expect(visit.Page.GetByText("The trace is on.")).ToBeAttachedAsync();

        await broker.PublishAsync("-i", "flood", "-t", "a", "-m", "x", "--repeat", "5000");

        await Expect(visit.Page.GetByText("left out, which were more than a trace takes")).ToBeVisibleAsync();
        // That is said when the second is over, and in the next one more are told.
        await broker.PublishAsync("-i", "flood", "-t", "a", "-m", "x", "--repeat", "100");
        await Expect(visit.Page.GetByText(", the newest 500 here")).ToBeVisibleAsync();
        ILocator rows = visit.Page.GetByRole(AriaRole.Table, new() { Name = "Events" }).GetByRole(AriaRole.Row);
        await Expect(rows).ToHaveCountAsync(501);
    }
}
