using System.Text;

namespace Broker.Cli;

/// <summary>Asks for a password, on a terminal without showing it.</summary>
internal static class PasswdCommandPrompt
{
    /// <summary>Asks once. An end of input counts as an empty answer.</summary>
    public static string Ask(string question, TextReader input, TextWriter output)
    {
        output.Write(question);
        output.Flush();
        bool isTerminal = ReferenceEquals(input, Console.In) && !Console.IsInputRedirected;
        return isTerminal ? ReadHidden() : input.ReadLine() ?? "";
    }

    private static string ReadHidden()
    {
        StringBuilder typed = new();
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter) return typed.ToString();
            if (key.Key == ConsoleKey.Backspace && typed.Length > 0) typed.Length--;
            else if (!char.IsControl(key.KeyChar)) typed.Append(key.KeyChar);
        }
    }
}
