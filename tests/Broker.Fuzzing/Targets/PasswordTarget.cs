using System.Text;
using Broker.Security;

namespace Broker.Fuzzing.Targets;

/// <summary>
/// A password file: a file or errors with a line each, and a hash that is read stands in the file as it is kept.
/// </summary>
internal static class PasswordTarget
{
    private const string Hash = "$7$101$c2FsdHNhbHRzYWx0$"
        + "kSJnHyXGTAvpWbKMHO79dgYzyqMnWPHUwyyTtuoWxNTnBMWdVCtfW7RzZHgKUTUhZqZ8ptMS0QVdLsSfUeD1sg==";

    public static FuzzTarget Create() => new(
        "passwords",
        EscapedText.ReadAll(
            "ann:", Hash, "$6$", "$7$", "$argon2id$v=19$m=4096,t=3,p=1$c2FsdHNhbHQ$", @"\n", @"\x0D\n", ":", "#", "=="),
        Read);

    private static void Read(byte[] input)
    {
        PasswordFileResult result = PasswordFile.Parse("passwords", input);
        BrokenException.Unless(result.File is null == !result.Errors.IsEmpty, "a file beside errors, or neither");
        int lines = input.Count(value => value == (byte)'\n') + 1;
        foreach (PasswordFileError error in result.Errors)
            BrokenException.Unless(error.Line >= 1 && error.Line <= lines, $"no such place: {error}");
        string text = Encoding.UTF8.GetString(input);
        PasswordHashResult hash = PasswordHash.Parse(text, isArgon2Available: true);
        if (hash.Hash is { } read) BrokenException.Unless(read.ToString() == text, "a hash is kept otherwise");
    }
}
