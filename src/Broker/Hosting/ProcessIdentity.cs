using Broker.Configuration;

namespace Broker.Hosting;

/// <summary>Which account the broker goes on as once its sockets are open and its secret files are read.</summary>
/// <remarks>
/// mosquitto changes its account before that. Later is better: privileged ports can be opened and keys that only root
/// may read can be read, and nothing of a client has been looked at yet.
/// </remarks>
internal sealed class ProcessIdentity
{
    private const string UsualAccount = "mosquitto";

    private readonly Account? _account;

    private ProcessIdentity(Account? account, string? warning, string? error) =>
        (_account, Warning, Error) = (account, warning, error);

    /// <summary>The account to become; null: stay as it is.</summary>
    public string? AccountName => _account?.Name;

    /// <summary>A sentence for the log; null: none.</summary>
    public string? Warning { get; }

    /// <summary>Why the broker cannot start, ending with <c>ExitCode.BadConfiguration</c>; null: it can.</summary>
    public string? Error { get; }

    /// <summary>Decides from the options, the account of the process and the machine's list of accounts.</summary>
    public static ProcessIdentity Resolve(BrokerOptions options) =>
        Resolve(options, NativeAccounts.IsRoot, NativeAccounts.Find);

    /// <summary>Decides.</summary>
    /// <param name="options">The options.</param>
    /// <param name="isRoot">Whether the process may change its account.</param>
    /// <param name="find">Looks an account up.</param>
    public static ProcessIdentity Resolve(BrokerOptions options, bool isRoot, Func<string, Account?> find)
    {
        if (!isRoot) return Stay();
        if (options.User == "root") return Stay("the broker runs as root because the file says 'user root'; it should not");
        if (options.User is { } user)
        {
            return find(user) is { } account
                ? new ProcessIdentity(account, warning: null, error: null)
                : new ProcessIdentity(
                    account: null, warning: null,
                    $"Error: Unable to drop privileges to '{user}' because this user does not exist.");
        }
        if (options.ConfigFile is null) return Stay();
        return find(UsualAccount) is { } usual
            ? new ProcessIdentity(usual, warning: null, error: null)
            : Stay($"the broker runs as root: there is no account '{UsualAccount}'; name one with 'user'");
    }

    /// <summary>Gives files that this process made to the account, which will go on writing them.</summary>
    /// <returns>Why that failed, ending with <c>ExitCode.Failure</c>; null: done, or there was nothing to do.</returns>
    public string? Give(IEnumerable<string> paths)
    {
        if (_account is not { } account) return null;
        return paths.Select(path => NativeAccounts.Give(path, account)).FirstOrDefault(static error => error is not null);
    }

    /// <summary>Becomes the account for good.</summary>
    /// <returns>Why that failed, ending with <c>ExitCode.Failure</c>; null: done, or there was nothing to do.</returns>
    public string? Apply()
    {
        if (_account is not { } account) return null;
        return NativeAccounts.Become(account) ?? ProgramFolders.DescribeUnreadable(account.Name);
    }

    private static ProcessIdentity Stay(string? warning = null) => new(account: null, warning, error: null);
}
