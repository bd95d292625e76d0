using System.Globalization;
using System.Text;
using Broker.Security;

namespace Broker.Cli;

/// <summary>
/// <c>broker passwd</c>: makes and changes password files. Flags, questions, messages and exit codes are those of
/// mosquitto_passwd;
/// it differs where that one destroys something: comments stay, a broken file is left alone, a hash is not hashed again by
/// <c>-U</c>.
/// </summary>
internal static class PasswdCommand
{
    private const int Ok = 0;
    private const int Failed = 1;
    private const int PasswordsDiffer = 2;

    private const string UsageText = """
        broker passwd makes and changes password files, as mosquitto_passwd does.

        Usage: broker passwd [-H KIND] [-I N] [-c | -D] passwordfile username
               broker passwd [-H KIND] [-I N] [-c] -b passwordfile username password
               broker passwd [-H KIND] [-I N] -U passwordfile
         -b : run in batch mode to allow passing passwords on the command line.
         -c : create a new password file. This will overwrite existing files.
         -D : delete the username rather than adding/updating its password.
         -H : specify the hashing algorithm: sha512-pbkdf2 (the default), argon2id (the strongest; needs
              libargon2, and mosquitto only reads it where it was built with it) or sha512 (weak).
         -I : iterations of sha512-pbkdf2, 1000 by default as in mosquitto 2.1. Clients that log in with
              SCRAM-SHA-512 may ask for 4096 or more.
         -U : hash the plain text passwords of a file.

        Salts of sha512-pbkdf2 and sha512 have 12 bytes: mosquitto 2.0, which Debian has, reads no other
        length; mosquitto 2.1 writes 64 and reads both.

        """;

    /// <summary>Runs the command. Returns its exit code: 0, 1 for an error, 2 when the two passwords typed differ.</summary>
    public static int Run(string[] args, TextReader input, TextWriter output, TextWriter error)
    {
        (PasswdCommandArguments arguments, string? wrong) = PasswdCommandArguments.Parse(args);
        if (wrong is null && arguments.Action != PasswdAction.Usage && NeedsMissingLibrary(arguments))
            wrong = $"Error: argon2id cannot be computed. {Argon2.HowToInstall}.";
        if (wrong is not null) return Fail(error, wrong);
        switch (arguments.Action)
        {
            case PasswdAction.Delete:
                return Delete(arguments, error);
            case PasswdAction.Upgrade:
                return Upgrade(arguments, error);
            case PasswdAction.Set:
                return Set(arguments, input, output, error);
            default:
                output.Write(UsageText);
                return arguments.IsHelp ? Ok : Failed;
        }
    }

    private static int Set(PasswdCommandArguments arguments, TextReader input, TextWriter output, TextWriter error)
    {
        PasswordFileText? file = arguments.IsNewFile ? PasswordFileText.Empty(arguments.File) : Open(arguments, error);
        if (file is null) return Failed;
        string? password = arguments.Password;
        if (password is null)
        {
            password = PasswdCommandPrompt.Ask("Password: ", input, output);
            if (PasswdCommandArguments.PasswordError(password) is { } wrong) return Fail(error, wrong);
            output.WriteLine();
            string again = PasswdCommandPrompt.Ask("Reenter password: ", input, output);
            output.WriteLine();
            if (again != password)
            {
                error.WriteLine("Error: Passwords do not match.");
                return PasswordsDiffer;
            }
        }
        file.Set(arguments.UserName, Hash(arguments, password));
        return Save(file, arguments, error);
    }

    private static int Delete(PasswdCommandArguments arguments, TextWriter error)
    {
        if (Open(arguments, error) is not { } file) return Failed;
        if (!file.Remove(arguments.UserName))
            return Fail(error, $"Warning: User {arguments.UserName} not found in password file.");
        return Save(file, arguments, error);
    }

    private static int Upgrade(PasswdCommandArguments arguments, TextWriter error)
    {
        if (Open(arguments, error) is not { } file) return Failed;
        file.HashPlainText(password => Hash(arguments, password));
        return Save(file, arguments, error);
    }

    private static PasswordHash Hash(PasswdCommandArguments arguments, string password) =>
        PasswordHash.Create(arguments.Kind, Encoding.UTF8.GetBytes(password), arguments.Iterations);

    private static bool NeedsMissingLibrary(PasswdCommandArguments arguments) =>
        arguments.Kind == PasswordHashKind.Argon2id && arguments.Action != PasswdAction.Delete && !Argon2.IsAvailable;

    private static PasswordFileText? Open(PasswdCommandArguments arguments, TextWriter error)
    {
        try
        {
            PasswordFileText file = PasswordFileText.Read(arguments.File);
            int corrupt = file.FirstCorruptLine();
            if (corrupt == 0) return file;
            error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Error: Corrupt password file at line {corrupt}."));
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"Error: Unable to open password file {arguments.File}. {Reason(trouble, arguments.File)}.");
        }
        return null;
    }

    private static int Save(PasswordFileText file, PasswdCommandArguments arguments, TextWriter error)
    {
        try
        {
            file.Save();
            return Ok;
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            return Fail(error, $"Error: Unable to open file {arguments.File} for writing. {Reason(trouble, arguments.File)}.");
        }
    }

    // The system's own words, which are what mosquitto_passwd prints.
    private static string Reason(Exception trouble, string path) => trouble switch
    {
        FileNotFoundException or DirectoryNotFoundException => "No such file or directory",
        _ when Directory.Exists(path) => "Is a directory",
        UnauthorizedAccessException => "Permission denied",
        _ => trouble.Message.TrimEnd('.'),
    };

    private static int Fail(TextWriter error, string text)
    {
        error.WriteLine(text);
        return Failed;
    }
}
