using System.Collections.Frozen;
using System.Runtime.InteropServices;

namespace Broker.Transport.Tls;

/// <summary>Asks the OpenSSL that .NET uses too what a cipher list means.</summary>
internal static unsafe class TlsOpenSslCiphers
{
    private static readonly Lazy<nint> Library = new(Load);
    private static readonly Lazy<FrozenDictionary<ushort, string>> NameTable = new(ReadNames);

    /// <summary>True when the library is there.</summary>
    public static bool IsAvailable => Library.Value != 0;

    /// <summary>OpenSSL's names by the numbers of the standard.</summary>
    public static FrozenDictionary<ushort, string> Names => NameTable.Value;

    /// <summary>The numbers of the suites that a list selects, in its order; empty when it selects none.</summary>
    public static List<ushort> Select(string list) => Read(list).ConvertAll(suite => suite.Number);

    /// <summary>The words of a list that select nothing by themselves. What is excluded may be unknown: it is absent either
    /// way.</summary>
    public static IEnumerable<string> UnknownWords(string list) =>
        list.Split(':', ',', ' ')
            .Where(word => word.Length > 0 && word[0] is not ('!' or '-' or '@'))
            .Select(word => word.TrimStart('+'))
            .Where(word => Read($"{word}:@SECLEVEL=0").Count == 0);

    private static FrozenDictionary<ushort, string> ReadNames() =>
        Read("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
            .DistinctBy(suite => suite.Number)
            .ToFrozenDictionary(suite => suite.Number, suite => suite.Name);

    private static List<(ushort Number, string Name)> Read(string list)
    {
        List<(ushort, string)> suites = [];
        nint method = ((delegate* unmanaged<nint>)Entry("TLS_method"))();
        nint context = ((delegate* unmanaged<nint, nint>)Entry("SSL_CTX_new"))(method);
        if (context == 0) throw new InvalidOperationException("OpenSSL could not make a context.");
        // Without this the suites of TLS 1.3, which the list does not govern, stand before the others and hide an empty
        // selection.
        Set(context, "SSL_CTX_set_ciphersuites", "");
        if (Set(context, "SSL_CTX_set_cipher_list", list))
        {
            nint stack = ((delegate* unmanaged<nint, nint>)Entry("SSL_CTX_get_ciphers"))(context);
            int count = ((delegate* unmanaged<nint, int>)Entry("OPENSSL_sk_num"))(stack);
            for (int i = 0; i < count; i++)
            {
                nint cipher = ((delegate* unmanaged<nint, int, nint>)Entry("OPENSSL_sk_value"))(stack, i);
                ushort number = ((delegate* unmanaged<nint, ushort>)Entry("SSL_CIPHER_get_protocol_id"))(cipher);
                nint name = ((delegate* unmanaged<nint, nint>)Entry("SSL_CIPHER_get_name"))(cipher);
                suites.Add((number, Marshal.PtrToStringUTF8(name)!));
            }
        }
        else
        {
            // The refusal stays in the thread's error queue, where .NET's next call would take it for its own.
            ((delegate* unmanaged<void>)Entry("ERR_clear_error"))();
        }
        ((delegate* unmanaged<nint, void>)Entry("SSL_CTX_free"))(context);
        return suites;
    }

    private static bool Set(nint context, string function, string text)
    {
        nint copy = Marshal.StringToCoTaskMemUTF8(text);
        int answer = ((delegate* unmanaged<nint, nint, int>)Entry(function))(context, copy);
        Marshal.FreeCoTaskMem(copy);
        return answer == 1;
    }

    private static nint Entry(string name) => NativeLibrary.GetExport(Library.Value, name);

    // .NET prefers version 3 as well. The symbols of libcrypto are found through libssl, which depends on it.
    private static nint Load() =>
        NativeLibrary.TryLoad("libssl.so.3", out nint library) || NativeLibrary.TryLoad("libssl.so.1.1", out library)
            ? library
            : 0;
}
