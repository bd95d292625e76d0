using System.Text;
using Broker.Protocol;
using Broker.Security;
using Broker.Security.Scram;

namespace Broker.Fuzzing.Targets;

/// <summary>Both messages of a SCRAM client (RFC 5802), in one input with a line break between: nobody gets in.</summary>
internal static class ScramTarget
{
    private static readonly PasswordHash Known = PasswordHash.Create(PasswordHashKind.Sha512Pbkdf2, "secret"u8, iterations: 1);
    private static readonly ScramCredential Credential = ScramCredential.Of(Known, Known, "ann");

    public static FuzzTarget Create() => new(
        "scram",
        EscapedText.ReadAll(
            "n,,n=ann,r=fyko", "n,,", "y,,", "p=tls-unique,,", "a=", "n=", "r=", "m=", "c=biws,r=",
            ",p=", "=2C", "=3D", @"\n", ","),
        Read);

    private static void Read(byte[] input)
    {
        int end = input.AsSpan().IndexOf((byte)'\n');
        ReadOnlySpan<byte> first = end < 0 ? input : input.AsSpan(0, end);
        bool isRead = ScramClientFirst.TryParse(first, out ScramClientFirst? begun, out Fault? fault);
        BrokenException.Unless(isRead == (begun is not null) && isRead == (fault is null), "message and fault");
        if (begun is null) return;
        BrokenException.Unless(begun.UserName.Length > 0 && begun.Nonce.Length > 0, "no name or no nonce");
        BrokenException.Unless(begun.Header + begun.Bare == Encoding.UTF8.GetString(first), "it is not kept as it came");
        var server = new ScramServer(begun, Credential);
        ScramResult result = server.Finish(end < 0 ? [] : input.AsSpan(end + 1), Credential);
        BrokenException.Unless(result.ServerFinal is null, "in without a password");
    }
}
