using System.Collections.Concurrent;
using Broker.TestKit;
using Microsoft.Playwright;

namespace Broker.BrowserTests;

/// <summary>Somebody with the dashboard open.</summary>
internal sealed class Visit : IAsyncDisposable
{
    /// <summary>A view each, in the order of the navigation.</summary>
    public static readonly string[] Views =
    [
        "Overview", "Clients", "Sessions", "Subscriptions", "Retained", "Topics", "Trace", "Bans", "Test client",
        "Configuration",
    ];

    private readonly IBrowserContext _context;
    private readonly DashboardBroker _broker;
    private readonly ConcurrentQueue<string> _faults = [];

    private Visit(IBrowserContext context, IPage page, DashboardBroker broker)
    {
        (_context, Page, _broker) = (context, page, broker);
        page.SetDefaultTimeout((float)TestTime.ProcessPatience.TotalMilliseconds);
        page.PageError += (_, error) => _faults.Enqueue($"script: {error}");
        page.Console += (_, message) =>
        {
            // A violated policy is an error there too. That the API asks for a token is no fault.
            if (message.Type == "error" && !message.Text.Contains("401 (Unauthorized)", StringComparison.Ordinal))
                _faults.Enqueue($"console: {message.Text}");
        };
        page.Request += (_, request) => Look(request.Url);
        page.WebSocket += (_, socket) => Look(socket.Url);
    }

    public IPage Page { get; }

    /// <summary>Whatever else was loaded, said or thrown that should not have been.</summary>
    public IEnumerable<string> Faults => _faults;

    public static async Task<Visit> BeginAsync(IBrowserContext context, DashboardBroker broker)
    {
        Visit visit = new(context, await context.NewPageAsync(), broker);
        await visit.Page.GotoAsync($"http://127.0.0.1:{broker.AdminPort}/");
        return visit;
    }

    /// <summary>Gives the token that is asked for, a right one.</summary>
    public async Task LogInAsync(string token)
    {
        await GiveTokenAsync(token);
        await Assertions.Expect(Link("Overview")).ToBeVisibleAsync();
    }

    /// <summary>Gives a token that may be wrong.</summary>
    public async Task GiveTokenAsync(string token)
    {
        await Page.GetByLabel("Token").FillAsync(token);
        await Button("Log in").ClickAsync();
    }

    /// <summary>Goes to a view by the navigation.</summary>
    public async Task GoToAsync(string view)
    {
        await Link(view).ClickAsync();
        ILocator heading = Page.GetByRole(AriaRole.Heading, new() { Name = view, Exact = true, Level = 1 });
        await Assertions.Expect(heading).ToBeAttachedAsync();
    }

    public ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>Fills in a form's field by its label.</summary>
    public Task FillAsync(string form, string label, string text) =>
        Form(form).GetByLabel(label, new() { Exact = true }).FillAsync(text);

    public ILocator Form(string name) => Page.GetByRole(AriaRole.Form, new() { Name = name, Exact = true });

    /// <summary>The trace's lines with this word.</summary>
    public ILocator TraceRow(string word) => Page.GetByRole(AriaRole.Table, new() { Name = "Events" })
        .GetByRole(AriaRole.Row).Filter(new() { Has = Page.GetByRole(AriaRole.Cell, new() { Name = word, Exact = true }) });

    /// <summary>The test client's lines.</summary>
    public ILocator Log => Page.GetByRole(AriaRole.Log);

    public Task<T> AskAsync<T>(string script) => Page.EvaluateAsync<T>(script);

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    private void Look(string url)
    {
        if (new Uri(url) is { Scheme: not "data", Host: not "127.0.0.1" }) _faults.Enqueue($"foreign: {url}");
        else if (url.StartsWith("http", StringComparison.Ordinal) && new Uri(url).Port != _broker.AdminPort)
            _faults.Enqueue($"foreign: {url}");
    }
}
