using Broker.TestKit;
using Microsoft.Playwright;

namespace Broker.BrowserTests;

/// <summary>Debian's Chromium, one for all tests: each visit has a profile of its own.</summary>
public sealed class Browser : IAsyncLifetime
{
    private const string Program = "/usr/bin/chromium";

    private static readonly string[] Quiet =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout((float)TestTime.ProcessPatience.TotalMilliseconds);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = Program, Headless = true, Args = Quiet });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>Opens the dashboard of a broker.</summary>
    /// <param name="broker">Whose.</param>
    /// <param name="width">Of the window, pixels.</param>
    /// <param name="colours">What the system prefers.</param>
    internal async Task<Visit> VisitAsync(
        DashboardBroker broker, int width = 1280, ColorScheme colours = ColorScheme.Light)
    {
        IBrowserContext context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 800 },
            ColorScheme = colours,
        });
        return await Visit.BeginAsync(context, broker);
    }
}

/// <summary>Tests of one browser, one after the other: two cores have to do for it and the broker.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserTests : ICollectionFixture<Browser>
{
    public const string Name = "browser";
}
