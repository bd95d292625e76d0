using Broker.Diagnostics;

namespace Broker.UnitTests.Diagnostics;

public sealed class NativeReturnTests
{
    private const long MiB = 1024 * 1024;

    private readonly NativeReturn _return;
    private long _resident = 100 * MiB;
    private long _kept;
    private int _trims;

    public NativeReturnTests() => _return = new NativeReturn(() => _resident, Trim);

    [Fact]
    public void What_a_rush_left_is_given_back_once_no_more_comes()
    {
        Tick(1);
        for (int i = 0; i < 50; i++) Grow(10 * MiB);
        Assert.Equal(0, _trims);

        Tick(100);

        Assert.Equal((1, 100 * MiB), (_trims, _resident));
    }

    [Fact]
    public void What_stays_is_not_tried_again_before_as_much_more_came()
    {
        Tick(1);
        _kept = 50 * MiB;
        Grow(50 * MiB);
        Tick(100);
        Grow(NativeReturn.SlackBytes - 1);
        Tick(100);
        Assert.Equal(1, _trims);

        Grow(1);
        Tick(100);

        Assert.Equal((2, 150 * MiB), (_trims, _resident));
    }

    [Fact]
    public void What_goes_by_itself_and_comes_back_is_growth()
    {
        Tick(1);
        _resident -= 40 * MiB;
        Tick(100);
        Assert.Equal(0, _trims);

        Grow(40 * MiB);
        Tick(100);

        Assert.Equal(1, _trims);
    }

    [Fact]
    public void A_figure_that_cannot_be_read_is_no_figure()
    {
        Tick(1);
        long resident = _resident;
        _resident = 0;
        Tick(100);
        _resident = resident;
        Tick(100);

        Assert.Equal(0, _trims);
    }

    private void Trim()
    {
        _trims++;
        _resident = (100 * MiB) + _kept;
    }

    private void Grow(long bytes)
    {
        _resident += bytes;
        Tick(1);
    }

    private void Tick(int count)
    {
        for (int i = 0; i < count; i++) _return.OnTick(nowMilliseconds: 0);
    }
}
