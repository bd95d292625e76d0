using System.Runtime.InteropServices;

namespace Broker.Hosting;

/// <summary>Accounts by the C library: it asks every source the machine has, and changes all threads at once.</summary>
internal static partial class NativeAccounts
{
    private const int TextBytes = 16_384;

    /// <summary>Whether this process may become any account.</summary>
    public static bool IsRoot => !OperatingSystem.IsWindows() && geteuid() == 0;

    /// <summary>The account of a name; null if there is none.</summary>
    public static unsafe Account? Find(string name)
    {
        PasswordEntry entry;
        byte* text = stackalloc byte[TextBytes];
        int code = getpwnam_r(name, &entry, text, TextBytes, out nint found);
        return code == 0 && found != 0 ? new Account(name, entry.UserId, entry.GroupId) : null;
    }

    /// <summary>Becomes an account, its groups included, without a way back.</summary>
    /// <returns>Why that failed; null: done.</returns>
    public static string? Become(Account account)
    {
        if (initgroups(account.Name, account.GroupId) != 0) return Failed("groups");
        if (setgid(account.GroupId) != 0) return Failed("gid");
        if (setuid(account.UserId) != 0) return Failed("uid");
        if (geteuid() == account.UserId && (account.UserId == 0 || setuid(0) != 0)) return null;
        return $"Error: the process is not '{account.Name}' after dropping privileges.";
    }

    /// <summary>Makes a file or folder the account's.</summary>
    /// <returns>Why that failed; null: done.</returns>
    public static string? Give(string path, Account account) => chown(path, account.UserId, account.GroupId) == 0
        ? null
        : $"Error: '{path}' cannot be given to '{account.Name}': "
            + $"{Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.";

    private static string Failed(string what) =>
        $"Error setting {what} whilst dropping privileges: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.";

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int getpwnam_r(string name, PasswordEntry* entry, byte* text, nuint textBytes, out nint found);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int initgroups(string name, uint group);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chown(string path, uint user, uint group);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setgid(uint group);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setuid(uint user);

    /// <summary>The head of <c>struct passwd</c>, which glibc, musl and macOS share; the rest is room.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private struct PasswordEntry
    {
        public nint Name;
        public nint Password;
        public uint UserId;
        public uint GroupId;
    }
}
