using System.Globalization;

namespace Load.Measuring;

/// <summary>What /proc says about the broker; zeros when nobody said which process it is.</summary>
internal sealed class BrokerProcess(int pid)
{
    /// <summary>USER_HZ, which Linux has promised to programs for ever.</summary>
    private const double ClockTicksPerSecond = 100;

    public bool IsKnown => pid > 0;

    /// <summary>CPU seconds of all its threads, in user code and in the kernel.</summary>
    public double CpuSeconds
    {
        get
        {
            if (!IsKnown) return 0;
            // The name before the last ')' may hold anything. Fields 14 and 15 of the line are the two times.
            string line = Read("stat");
            string[] fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
            return (Number(fields[11]) + Number(fields[12])) / ClockTicksPerSecond;
        }
    }

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            if (!IsKnown) return 0;
            string line = Read("status").Split('\n').First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
            return 1024 * Number(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1]);
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private string Read(string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (IOException exception)
        {
            throw new LoadException($"the broker's process {pid} is gone: {exception.Message}");
        }
    }
}
