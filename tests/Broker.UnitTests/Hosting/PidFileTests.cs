using System.Globalization;
using Broker.Hosting;

namespace Broker.UnitTests.Hosting;

public sealed class PidFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"broker-{Guid.NewGuid():N}.pid");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void It_holds_the_process_id_while_it_lasts()
    {
        Assert.True(PidFile.TryWrite(_path, out PidFile? file, out string? error));
        Assert.Null(error);
        Assert.Equal(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), File.ReadAllText(_path));

        file!.Dispose();
        Assert.False(File.Exists(_path));
    }

    [Fact]
    public void The_id_of_another_process_stays()
    {
        Assert.True(PidFile.TryWrite(_path, out PidFile? file, out _));
        File.WriteAllText(_path, "1");

        file!.Dispose();
        Assert.True(File.Exists(_path));
    }

    [Fact]
    public void A_place_that_is_not_there_is_said()
    {
        Assert.False(PidFile.TryWrite("/no/such/folder/broker.pid", out PidFile? file, out string? error));
        Assert.Null(file);
        Assert.StartsWith("Error: Unable to write pid file. ", error, StringComparison.Ordinal);
    }
}
