using System.Runtime.Versioning;
using Broker.TestKit.Processes;
using Broker.TestKit;

namespace Broker.IntegrationTests.Access;

/// <summary>Files that the broker's account may not read are named with owner, mode and the mend.</summary>
public sealed class UnreadableFileTests
{
    private const string Nobody = "65534";

    [FactAsRoot, SupportedOSPlatform("linux")]
    [Demand("H2")]
    public async Task Check_config_names_owner_mode_and_mend_of_what_it_may_not_read()
    {
        using TemporaryFolder folder = new();
        folder.OpenToAll();
        string passwords = folder.Write("passwords", "# nobody\n");
        File.SetUnixFileMode(passwords, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(folder.File("link"), passwords);
        string file = folder.Write("a.conf", $"listener 1883 127.0.0.1\npassword_file {folder.File("link")}\n");
        (string program, string[] arguments) = BrokerProcess.Command;

        ProcessRun run = await ProcessRun.OfAsync(
            "setpriv",
            [
                $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", program, .. arguments, "check-config", "-c", file,
            ]);

        Assert.Equal(3, run.ExitCode);
        Assert.Contains(
            $"{file}:2:15: error: Unable to open password file {folder.File("link")}: permission denied; it belongs to root and "
            + "has mode 0600, the broker runs as nobody: change the owner (chown) or the mode (chmod).", run.Output);
    }
}
