using System.Runtime.InteropServices;

namespace Load.Wire;

/// <summary>
/// The five system calls of the event loop. .NET's sockets cost a callback and a lock a call, which is more than the rest of
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

    private const int DontWait = 0x40;
    private const int NoSignal = 0x4000;

    public static nint Receive(int socket, byte* buffer, int length) => Receive(socket, buffer, length, DontWait);

    public static nint Send(int socket, byte* buffer, int length) => Send(socket, buffer, length, DontWait | NoSignal);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int socket, byte* change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, byte* events, int eventsMax, int milliseconds);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int socket, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int socket, byte* buffer, nint length, int flags);
}
