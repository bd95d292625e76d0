using System.Globalization;
using Broker.Security;

namespace Broker.Cli;

/// <summary>What the arguments of <c>broker passwd</c> ask for.</summary>
internal enum PasswdAction
{
    /// <summary>Give a user a password.</summary>
    Set,
    /// <summary><c>-D</c>: remove a user.</summary>
    Delete,
    /// <summary><c>-U</c>: hash the passwords of a plain text file.</summary>
    Upgrade,
    /// <summary>Say how it is used.</summary>
    Usage,
}

/// <summary>The arguments of <c>broker passwd</c>: those of mosquitto_passwd, options first.</summary>
internal sealed record PasswdCommandArguments
{
    private const int LengthMax = 65535;

    public PasswdAction Action { get; private init; }

    /// <summary>True: an existing file is not read but replaced. <c>-c</c>.</summary>
    public bool IsNewFile { get; private init; }

    /// <summary>True: the password is an argument. <c>-b</c>.</summary>
    public bool IsBatch { get; private init; }

    /// <summary>True when help was asked for, false when the arguments make no sense without it.</summary>
    public bool IsHelp { get; private init; }

    public PasswordHashKind Kind { get; private init; } = PasswordHashKind.Sha512Pbkdf2;

    public int Iterations { get; private init; } = PasswordHash.DefaultIterations;

    public string File { get; private init; } = "";

    public string UserName { get; private init; } = "";

    /// <summary>The password of <c>-b</c>, else null: it is asked for.</summary>
    public string? Password { get; private init; }

    /// <summary>Reads the arguments. Error is a sentence for standard error, or null.</summary>
    public static (PasswdCommandArguments Arguments, string? Error) Parse(string[] args)
    {
        PasswdCommandArguments parsed = new();
        int at = 0;
        for (; at < args.Length && args[at].Length > 1 && args[at][0] == '-'; at++)
        {
            (PasswdCommandArguments next, string? error) = args[at] is "-H" or "-I"
                ? parsed.WithValue(args[at], at + 1 < args.Length ? args[at + 1] : null)
                : parsed.WithFlag(args[at]);
            if (error is not null || next.IsHelp) return (next, error);
            if (args[at] is "-H" or "-I") at++;
            parsed = next;
        }
        return parsed.WithNames(args[at..]);
    }

    private (PasswdCommandArguments, string?) WithFlag(string flag) => flag switch
    {
        "-h" or "--help" => (this with { Action = PasswdAction.Usage, IsHelp = true }, null),
        "-b" when Action != PasswdAction.Set => (this, Clash("-b")),
        "-b" => (this with { IsBatch = true }, null),
        "-c" when Action != PasswdAction.Set => (this, Clash("-c")),
        "-c" => (this with { IsNewFile = true }, null),
        "-D" or "-U" when IsNewFile => (this, $"Error: -c and {flag} cannot be used together."),
        "-D" or "-U" when IsBatch => (this, $"Error: -b and {flag} cannot be used together."),
        "-D" or "-U" when Action != PasswdAction.Set => (this, "Error: -D and -U cannot be used together."),
        "-D" => (this with { Action = PasswdAction.Delete }, null),
        "-U" => (this with { Action = PasswdAction.Upgrade }, null),
        _ => (this, $"Error: Unknown option '{flag}'."),
    };

    private string Clash(string flag) =>
        $"Error: {flag} and {(Action == PasswdAction.Delete ? "-D" : "-U")} cannot be used together.";

    private (PasswdCommandArguments, string?) WithValue(string option, string? value)
    {
        if (value is null) return (this, $"Error: {option} argument given but not enough other arguments.");
        if (option == "-I")
        {
            return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int iterations) && iterations > 0
                ? (this with { Iterations = iterations }, null)
                : (this, $"Error: Invalid number of iterations '{value}'.");
        }
        return value switch
        {
            "sha512" => (this with { Kind = PasswordHashKind.Sha512 }, null),
            "sha512-pbkdf2" => (this with { Kind = PasswordHashKind.Sha512Pbkdf2 }, null),
            "argon2id" => (this with { Kind = PasswordHashKind.Argon2id }, null),
            _ => (this, $"Error: Unknown hash type '{value}'"),
        };
    }

    private (PasswdCommandArguments, string?) WithNames(string[] names)
    {
        int wanted = Action == PasswdAction.Upgrade ? 1 : IsBatch ? 3 : 2;
        if (Action == PasswdAction.Delete && names.Length < wanted)
            return (this, "Error: -D argument given but password file or username missing.");
        if (Action == PasswdAction.Upgrade && names.Length < wanted)
            return (this, "Error: -U argument given but password file missing.");
        if (IsNewFile && names.Length < wanted)
        {
            string missing = IsBatch ? "password file, username, or password" : "password file or username";
            return (this, $"Error: -c argument given but {missing} missing.");
        }
        if (names.Length != wanted) return (this with { Action = PasswdAction.Usage }, null);
        PasswdCommandArguments named = this with
        {
            File = names[0],
            UserName = wanted > 1 ? names[1] : "",
            Password = wanted > 2 ? names[2] : null,
        };
        return (named, wanted > 1 ? UserNameError(named.UserName) ?? PasswordError(named.Password) : null);
    }

    private static string? UserNameError(string userName) => userName switch
    {
        "" => "Error: Empty username.",
        _ when userName.Contains(':', StringComparison.Ordinal) => "Error: Username must not contain the ':' character.",
        _ when userName.Length > LengthMax => "Error: Username must be less than 65536 characters long.",
        // These would be read back as a comment, as another user's line, or as another name.
        _ when userName[0] == '#' => "Error: Username must not begin with the '#' character.",
        _ when userName.Any(char.IsControl) => "Error: Username must not contain control characters.",
        _ when userName != userName.Trim() => "Error: Username must not begin or end with a space.",
        _ => null,
    };

    /// <summary>What is wrong with a password, as a sentence for standard error, or null.</summary>
    public static string? PasswordError(string? password) => password switch
    {
        "" => "Error: Empty password.",
        { Length: > LengthMax } => "Error: Password must be less than 65536 characters long.",
        _ => null,
    };
}
