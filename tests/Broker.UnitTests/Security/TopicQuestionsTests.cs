using Broker.Configuration;
using Broker.Security;
using Broker.Security.Http;
using Broker.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Broker.UnitTests.Security;

/// <summary>What one connection is asked about and what it remembers, with a real service.</summary>
public sealed class TopicQuestionsTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private HttpAuthority _authority = null!;
    private TestWebServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await TestWebServer.StartAsync(TestWebServer.Text("deny"));
        HttpAuthOptions options = new() { AclUrl = _server.Url };
        _authority = new HttpAuthority(
            new HttpPlace(options, ""), null, new AuthenticationSurroundings(_time, new TestLog()));
    }

    public async Task DisposeAsync()
    {
        _authority.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Topics_that_are_long_are_not_kept_by_the_thousand()
    {
        TopicQuestions questions = Make();

        // A topic that is denied costs the client nothing, and is remembered as one that is not.
        for (int i = 0; i < 42; i++) await Ask(questions, $"{i}/{new string('x', 60_000)}");

        Assert.InRange(questions.KnownCharacters, 1, TopicQuestions.KnownCharactersMax + 60_010);
        Assert.False(questions.Find(TopicAction.Publish, $"41/{new string('x', 60_000)}", isAgain: false));
    }

    [Fact]
    public async Task What_was_asked_for_a_packet_is_there_when_the_packet_is_taken_again_however_long_it_is()
    {
        TopicQuestions questions = Make();
        string[] filters = [.. Enumerable.Range(0, 30).Select(static i => $"{i}/{new string('x', 60_000)}")];

        foreach (string filter in filters) Assert.Null(questions.Find(TopicAction.Subscribe, filter, isAgain: false));
        Assert.Null(await questions.AskAsync(hasOtherRules: false));
        foreach (string filter in filters) Assert.False(questions.Find(TopicAction.Subscribe, filter, isAgain: true));
        Assert.Equal(30, _server.Requests);
    }

    [Fact]
    public async Task Short_topics_are_asked_about_once()
    {
        TopicQuestions questions = Make();

        for (int i = 0; i < 3; i++)
        {
            for (int topic = 0; topic < 100; topic++)
            {
                if (questions.Find(TopicAction.Publish, $"sensors/{topic}/temperature", isAgain: false) is null)
                    Assert.Null(await questions.AskAsync(hasOtherRules: false));
            }
        }

        Assert.Equal(100, _server.Requests);
    }

    private static async Task Ask(TopicQuestions questions, string topic)
    {
        Assert.Null(questions.Find(TopicAction.Publish, topic, isAgain: false));
        Assert.Null(await questions.AskAsync(hasOtherRules: false));
        Assert.False(questions.Find(TopicAction.Publish, topic, isAgain: true));
    }

    private TopicQuestions Make() =>
        new(_authority, _server.Url, new TopicClient("c", "ann", "192.0.2.1:40000", "1883"), _time);
}
