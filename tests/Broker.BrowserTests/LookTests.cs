using Broker.TestKit.Processes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Broker.BrowserTests;

/// <summary>Colours, narrow windows, keyboards, and what the page is kept from.</summary>
[Collection(BrowserTests.Name)]
public sealed class LookTests(Browser browser)
{
    private const string Background = "getComputedStyle(document.body).backgroundColor";

    [Fact]
    public async Task Colours_are_those_of_the_system_until_others_are_chosen()
    {
        await using DashboardBroker broker = await DashboardBroker.StartAsync();
        await using Visit light = await browser.VisitAsync(broker);
        await using Visit dark = await browser.VisitAsync(broker, colours: ColorScheme.Dark);

        await Expect(light.Link("Overview")).ToBeVisibleAsync();
        await Expect(dark.Link("Overview")).ToBeVisibleAsync();
        string bright = await light.AskAsync<string>(Background);
        string dim = await dark.AskAsync<string>(Background);
        Assert.NotEqual(bright, dim);
        await light.Page.GetByLabel("Colours").SelectOptionAsync("dark");
        Assert.Equal(dim, await light.AskAsync<string>(Background));
        await light.Page.ReloadAsync();
        await Expect(light.Page.GetByLabel("Colours")).ToHaveValueAsync("dark");
        Assert.Equal(dim, await light.AskAsync<string>(Background));
    }

    [Fact]
    public async Task No_view_is_wider_than_a_telephone()
    {
        await using DashboardBroker broker = await DashboardBroker.StartAsync(asksForToken: true);
        string longName = string.Join('/', Enumerable.Repeat("a-rather-long-level", 8));
        await broker.PublishAsync("-t", longName, "-r", "-q", "1", "-m", new string('x', 300));
        await using ChildProcess sub = await broker.SubscribeAsync("-i", new string('c', 90), "-c", "-t", longName + "/+");
        await using Visit visit = await browser.VisitAsync(broker, width: 360);
        await AssertFitsAsync("the log-in");
        await visit.LogInAsync(DashboardBroker.Token);

        foreach (string view in Visit.Views)
        {
            await visit.GoToAsync(view);
            await Expect(visit.Page.Locator("main")).Not.ToBeEmptyAsync();
            if (view is "Clients" or "Sessions" or "Subscriptions" or "Retained")
                await Expect(visit.Page.Locator("td").First).ToBeVisibleAsync();
            if (view == "Test client")
            {
                await visit.Form("Publish").GetByText("Properties").ClickAsync();
                await visit.Button("Add a user property").ClickAsync();
            }
            await AssertFitsAsync(view);
        }
        await visit.GoToAsync("Clients");
        await visit.Link(new string('c', 90)).ClickAsync();
        await Expect(visit.Page.GetByText("Connected for")).ToBeVisibleAsync();
        await visit.Button("Follow").ClickAsync();
        await Expect(visit.Page.GetByText("Nothing so far.")).ToBeVisibleAsync();
        await broker.PublishAsync("-t", longName + "/x", "-q", "1", "-m", "x");
        await Expect(visit.TraceRow("sent")).ToBeVisibleAsync();
        await AssertFitsAsync("a client with its trace");

        async Task AssertFitsAsync(string view)
        {
            int width = await visit.AskAsync<int>("document.documentElement.scrollWidth");
            Assert.True(width <= 360, $"{view} is {width} pixels wide");
        }
    }

    [Fact]
    public async Task A_keyboard_is_enough()
    {
        await using DashboardBroker broker = await DashboardBroker.StartAsync(asksForToken: true);
        await broker.PublishAsync("-t", "a/b", "-r", "-q", "1", "-m", "x");
        await using Visit visit = await browser.VisitAsync(broker);
        IKeyboard keyboard = visit.Page.Keyboard;

        await Expect(visit.Page.GetByLabel("Token")).ToBeVisibleAsync();
        await TabToAsync("Token");
        await keyboard.TypeAsync(DashboardBroker.Token);
        await keyboard.PressAsync("Enter");
        await Expect(visit.Link("Retained")).ToBeVisibleAsync();
        await TabToAsync("Retained");
        await keyboard.PressAsync("Enter");
        await Expect(visit.Page.GetByLabel("Search retained")).ToBeVisibleAsync();
        await TabToAsync("Search retained");
        await keyboard.TypeAsync("a/");
        await Expect(visit.Link("a/b")).ToBeVisibleAsync();
        await TabToAsync("a/b");
        await keyboard.PressAsync("Enter");
        await Expect(visit.Button("Delete…")).ToBeVisibleAsync();
        await TabToAsync("Delete…");
        await keyboard.PressAsync("Enter");
        await Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await keyboard.PressAsync("Escape");
        await Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
        await keyboard.PressAsync("Enter");
        await TabToAsync("Delete");
        await keyboard.PressAsync("Enter");
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Retained", Exact = true })).ToBeVisibleAsync();

        // What has the focus, by its accessible name.
        async Task TabToAsync(string name)
        {
            const string Focused = """
                () => {
                  const one = document.activeElement
                  return one.getAttribute('aria-label') ?? one.labels?.[0]?.textContent ?? one.textContent
                }
                """;
            for (int presses = 0; presses < 40; presses++)
            {
                await keyboard.PressAsync("Tab");
                if (await visit.AskAsync<string>(Focused) == name) return;
            }
            Assert.Fail($"Tab does not lead to {name}");
        }
    }

    [Fact]
    public async Task Every_control_has_a_name_and_every_view_keeps_to_the_policy()
    {
        await using DashboardBroker broker = await DashboardBroker.StartAsync();
        await using Visit visit = await browser.VisitAsync(broker);
        const string Nameless = """
            [...document.querySelectorAll('input, select, textarea, button, a[href]')].filter(one =>
              !one.getAttribute('aria-label') && !one.labels?.length && !one.textContent.trim()).map(one => one.outerHTML).join()
            """;

        foreach (string view in Visit.Views)
        {
            await visit.GoToAsync(view);
            ILocator content = visit.Page.Locator("main .tiles, main table, main form, main .none, main .tree");
            await Expect(content.First).ToBeVisibleAsync();
            Assert.Equal("", await visit.AskAsync<string>(Nameless));
        }
        Assert.Empty(visit.Faults);
        // The policy is there: what a page of somebody else could bring in does not run, and reaches nobody.
        await visit.AskAsync<object?>(
            "void document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = 1' }))");
        Assert.True(await visit.AskAsync<bool>("window.ran === undefined"));
        Assert.True(await visit.AskAsync<bool>("fetch('http://broker.example/').then(() => false, () => true)"));
        Assert.Contains(visit.Faults, static fault => fault.Contains("Content Security Policy", StringComparison.Ordinal));
    }
}
