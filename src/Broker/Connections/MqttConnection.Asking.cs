using Broker.Diagnostics;
using Broker.Security.Http;

namespace Broker.Connections;

// Questions about topics, to a service that may take its time. The packet that raised one stays in the buffer, nothing behind it
// is read, and it is taken again when the answer is there: so order is kept, and nothing is answered that is not decided.
internal sealed partial class MqttConnection
{
    private TopicQuestions? _questions;
    private TaskCompletionSource? _askedInVain;

    /// <summary>What is asked about topics; null: nothing is.</summary>
    public TopicQuestions? Questions => Volatile.Read(ref _questions);

    /// <summary>Whether the packet at hand had to wait for an answer, which is there now. Read loop only.</summary>
    public bool IsTakenAgain { get; private set; }

    // Anew after a reload: what was answered before may not hold any more.
    private void PrepareQuestions(ClientParameters parameters)
    {
        bool isAsked = Security.Http?.AclUrl is not null && Identity?.Grant is not { IsSuperuser: true };
        TopicQuestions? questions = !isAsked ? null : Engine.Authenticator.QuestionsOf(
            Security, new TopicClient(parameters.ClientId, parameters.UserName, Origin.RemoteAddress, Listener.Name));
        Volatile.Write(ref _questions, questions);
    }

    // Null: the packet can be taken again. Ends early when the connection is closed.
    private async ValueTask<CloseReason?> AskAsync()
    {
        IsTakenAgain = true;
        if (Questions is not { } questions) return null;
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _askedInVain, closed);
        if (Volatile.Read(ref _closeReason) is { } already) return already;
        _isPaused = true;
        Task<string?> asking = questions.AskAsync(hasOtherRules: Access is not null);
        await Task.WhenAny(asking, closed.Task);
        _isPaused = false;
        Volatile.Write(ref _askedInVain, null);
        if (!asking.IsCompleted) return _closeReason;
        // With a reload another one may be asked by now.
        if (await asking is not { } failure || Questions != questions) return null;
        if (Engine.Options.Logging.ConnectionMessages)
            Log.NotVerified(
                Engine.Logger, Parameters!.ClientId, Origin.RemoteAddress, AuthenticationMethod.Http, failure);
        return CloseReason.NotDecided;
    }
}
