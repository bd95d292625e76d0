using System.Runtime.InteropServices;

namespace Load.Wire;

/// <summary>
/// The system calls of the event loop. .NET's sockets cost a callback and a lock a call, which is more than the rest of
/// what the generator does for a message.
/// </summary>
internal static unsafe partial class Libc
{
    public const uint Readable = 0x001;
    public const uint Writable = 0x004;
    public const uint Failed = 0x008 | 0x010;

    public const int Add = 1;
    public const int Remove = 2;
    public const int Change = 3;

    public const int Interrupted = 4;
    public const int WouldBlock = 11;
    public const int Reset = 104;
    public const int Refused = 111;
    private const int InProgress = 115;

    /// <summary>PR_SET_TIMERSLACK</summary>
    public const int SetTimerSlack = 29;

    private const int DontWait = 0x40;
    private const int NoSignal = 0x4000;

    private const int Internet = 2;
    private const int Stream = 1;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int LevelSocket = 1;
    private const int ErrorOfSocket = 4;
    private const int LevelIp = 0;
    private const int LevelTcp = 6;
    private const int NoDelay = 1;
    private const int ReceiveBuffer = 8;
    private const int PortAtConnect = 24;

    public static nint Receive(int socket, byte* buffer, int length) => Receive(socket, buffer, length, DontWait);

    public static nint Send(int socket, byte* buffer, int length) => Send(socket, buffer, length, DontWait | NoSignal);

    public static void SetReceiveBuffer(int socket, int bytes) =>
        _ = SetOption(socket, LevelSocket, ReceiveBuffer, &bytes, sizeof(int));

    /// <summary>Connects on the loopback interface.</summary>
    /// <param name="port">The port on 127.0.0.1.</param>
    /// <param name="source">From 127.0.0.SOURCE; 0: as it comes.</param>
    /// <returns>A socket that does not delay; -1: the error is the last of this thread.</returns>
    public static int Connect(int port, int source) => Connect(port, source, flags: 0);

    /// <summary>Begins to connect and does not wait; the socket is writable when it is done.</summary>
    /// <inheritdoc cref="Connect(int, int)"/>
    public static int Dial(int port, int source) => Connect(port, source, NonBlocking);

    /// <summary>Why a socket failed; 0: it did not. Asking forgets it.</summary>
    public static int TakeError(int socket)
    {
        int error = 0;
        int length = sizeof(int);
        return GetOption(socket, LevelSocket, ErrorOfSocket, &error, &length) == 0 ? error : Marshal.GetLastPInvokeError();
    }

    private static int Connect(int port, int source, int flags)
    {
        int socket = Socket(Internet, Stream | CloseOnExec | flags, 0);
        if (socket < 0) return -1;
        int yes = 1;
        _ = SetOption(socket, LevelTcp, NoDelay, &yes, sizeof(int));
        byte* address = stackalloc byte[16];
        bool isBound = true;
        if (source > 0)
        {
            _ = SetOption(socket, LevelIp, PortAtConnect, &yes, sizeof(int));
            WriteAddress(address, 0, source);
            isBound = Bind(socket, address, 16) == 0;
        }
        WriteAddress(address, port, 1);
        if (isBound && Connect(socket, address, 16) == 0) return socket;
        if (isBound && Marshal.GetLastPInvokeError() == InProgress) return socket;
        int error = Marshal.GetLastPInvokeError();
        _ = Close(socket);
        Marshal.SetLastPInvokeError(error);
        return -1;
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int socket, byte* change);

    [LibraryImport("libc", EntryPoint = "epoll_pwait2", SetLastError = true)]
    public static partial int EpollWait(int epoll, byte* events, int eventsMax, long* limit, nint signals);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "prctl")]
    public static partial int Control(int what, nuint value, nuint second, nuint third, nuint fourth);

    /// <summary>Family in the machine's order, port and address in the network's.</summary>
    private static void WriteAddress(byte* address, int port, int host)
    {
        new Span<byte>(address, 16).Clear();
        *(ushort*)address = Internet;
        address[2] = (byte)(port >> 8);
        address[3] = (byte)port;
        address[4] = 127;
        address[7] = (byte)host;
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int socket, int level, int option, int* value, int length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetOption(int socket, int level, int option, int* value, int* length);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int socket, byte* address, int length);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int Connect(int socket, byte* address, int length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int socket, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int socket, byte* buffer, nint length, int flags);
}
