using System.Collections.Immutable;
using System.Text;
using Broker.Configuration;
using Broker.Diagnostics;

namespace Broker.Security;

/// <summary>
/// What an access list is expected to say, in lines of
/// <c>user NAME</c>, <c>anonymous</c>, <c>client ID</c>: who asks from here on, and
/// <c>allow ACCESS TOPIC</c>, <c>deny ACCESS TOPIC</c> with <c>read</c>, <c>write</c> or <c>readwrite</c>: what is expected.
/// Names and topics go to the end of the line; a comment begins with <c>#</c> and has a line of its own.
/// </summary>
internal sealed class AclTestFile
{
    private const string DefaultClient = "test";

    private readonly string _path;
    private readonly Func<string?, string, ClientAccess?> _accessOf;
    private readonly ImmutableArray<AclFileRemark>.Builder _remarks = ImmutableArray.CreateBuilder<AclFileRemark>();
    private string? _user;
    private string _client = DefaultClient;
    private int _line;

    private AclTestFile(string path, Func<string?, string, ClientAccess?> accessOf) => (_path, _accessOf) = (path, accessOf);

    /// <summary>
    /// Compares the expectations of every listener with its access list. Each line that is not met is a remark with its place and
    /// the line of the list that decided otherwise; none: all is as expected. Before a reload: keep the old lists unless empty.
    /// </summary>
    public static ImmutableArray<AclFileRemark> Check(BrokerOptions options, AccessControl access)
    {
        List<AclFileRemark> remarks = [];
        foreach (ListenerOptions listener in options.Listeners)
        {
            if (listener.Security.AclTestFile is not { } path) continue;
            remarks.AddRange(Check(path, (user, client) => access.For(listener, user, client)));
        }
        // Listeners with the same list and the same expectations fail alike.
        return [.. remarks.Distinct()];
    }

    /// <summary>Compares one file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="accessOf">What a client may do, by user name and client id; null: everything.</param>
    public static ImmutableArray<AclFileRemark> Check(string path, Func<string?, string, ClientAccess?> accessOf)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [new(path, 0, 0, FileTrouble.Describe("acl_test_file", path, error))];
        }
        catch (DecoderFallbackException)
        {
            return [new(path, 1, 1, "the file is not UTF-8 text")];
        }
        return Check(path, lines, accessOf);
    }

    /// <summary>Compares the lines of a file.</summary>
    public static ImmutableArray<AclFileRemark> Check(
        string path, IEnumerable<string> lines, Func<string?, string, ClientAccess?> accessOf)
    {
        var file = new AclTestFile(path, accessOf);
        foreach (string line in lines) file.ReadLine(line);
        return file._remarks.ToImmutable();
    }

    private void ReadLine(string line)
    {
        _line++;
        (string word, string rest) = Split(line.Trim());
        switch (word)
        {
            case "" or ['#', ..]:
                break;
            case "anonymous" when rest.Length == 0:
                _user = null;
                break;
            case "user" when rest.Length > 0:
                _user = rest;
                break;
            case "client" when rest.Length > 0:
                _client = rest;
                break;
            case "allow" or "deny":
                Expect(word == "allow", rest, line);
                break;
            default:
                Remark(line, "a line is 'user NAME', 'anonymous', 'client ID', 'allow ACCESS TOPIC' or 'deny ACCESS TOPIC'");
                break;
        }
    }

    private void Expect(bool isAllowed, string accessAndTopic, string line)
    {
        (string access, string topic) = Split(accessAndTopic);
        if (access is not ("read" or "write" or "readwrite") || topic.Length == 0)
        {
            Remark(line, $"'{(isAllowed ? "allow" : "deny")}' takes read, write or readwrite, and a topic");
            return;
        }
        if (access != "write") Expect(isAllowed, topic, AclAccess.Read, line);
        if (access != "read") Expect(isAllowed, topic, AclAccess.Write, line);
    }

    private void Expect(bool isAllowed, string topic, AclAccess wanted, string line)
    {
        AccessDecision decision = AccessDecisions.Of(_accessOf(_user, _client), topic, wanted);
        if (decision.IsAllowed == isAllowed) return;
        string who = _user is null ? "a client without user name" : $"user '{_user}'";
        string verb = wanted == AclAccess.Read ? "read" : "write";
        Remark(line, $"{who}, client '{_client}', {(isAllowed ? "may not" : "may")} {verb} '{topic}': {decision.Reason}");
    }

    private static (string Word, string Behind) Split(string text)
    {
        int end = text.IndexOf(' ', StringComparison.Ordinal);
        return end < 0 ? (text, "") : (text[..end], text[(end + 1)..].Trim());
    }

    private void Remark(string line, string text) =>
        _remarks.Add(new(_path, _line, 1 + line.Length - line.TrimStart().Length, text));
}
