using System.Text;
using Broker.TestKit.Processes;

namespace Broker.UnitTests.TestKit;

public sealed class ChildProcessTests
{
    [Fact]
    public async Task Output_errors_input_and_status_are_all_there()
    {
        ProcessRun run = await ProcessRun.OfAsync(
            "sh", ["-c", "cat; echo oops >&2; exit 7"], Encoding.UTF8.GetBytes("one\ntwo\n"));

        Assert.Equal(7, run.ExitCode);
        Assert.Equal(["one", "two"], run.Output);
        Assert.Equal(["oops"], run.Errors);
    }

    [Fact]
    public async Task A_program_that_is_asked_to_end_can_say_something_first()
    {
        await using ChildProcess child = ChildProcess.Start(
            "sh", ["-c", "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done"]);
        await child.Output.WaitForAsync("ready");

        child.Terminate();

        Assert.Equal(0, await child.WaitForExitAsync());
        await child.Output.WaitForAsync("bye");
    }

    [Fact]
    public async Task A_program_that_goes_on_is_gone_with_its_test()
    {
        ChildProcess child = ChildProcess.Start("sleep", ["1000"]);
        int id = child.Id;
        Assert.True(Directory.Exists($"/proc/{id}"));

        await child.DisposeAsync();

        Assert.False(Directory.Exists($"/proc/{id}"));
    }

    [Fact]
    public async Task A_program_that_takes_too_long_is_said_to()
    {
        await using ChildProcess child = ChildProcess.Start("sleep", ["1000"]);

        await Assert.ThrowsAsync<TimeoutException>(() => child.WaitForExitAsync(TimeSpan.FromMilliseconds(1)));
    }
}
