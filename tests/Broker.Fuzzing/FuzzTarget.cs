using Broker.Fuzzing.Targets;

namespace Broker.Fuzzing;

/// <summary>A reader of bytes that strangers or operators write, and what must hold whatever they write.</summary>
/// <param name="Name">On the command line, and of its file of seeds.</param>
/// <param name="Words">Pieces that lead further into it than noise does.</param>
/// <param name="Run">Reads one input; throws when something does not hold.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Words, Action<byte[]> Run)
{
    /// <summary>Every target.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        PacketTarget.Create(), ConfigurationTarget.Create(), AclTarget.Create(), PasswordTarget.Create(),
        ScramTarget.Create(), ProxyTarget.Create(), FilterTarget.Create(),
        TokenTarget.Create(), KeySetTarget.Create(), AnswerTarget.Create(), AclTestTarget.Create(),
    ];
}
