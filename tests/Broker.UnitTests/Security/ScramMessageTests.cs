using System.Text;
using Broker.Protocol;
using Broker.Security.Scram;

namespace Broker.UnitTests.Security;

public sealed class ScramMessageTests
{
    private const string Header = "n,,";
    private const string Nonce = "abcdef";

    // 64 bytes.
    private static readonly string Proof = Convert.ToBase64String(new byte[64]);

    private static readonly Dictionary<Fault, string[]> BrokenFirst = new()
    {
        [ScramFaults.MessageTooLong] = ["n,,n=" + new string('u', 4096) + ",r=abc"],
        [ScramFaults.MessageNotText] = ["n,,n=u\0,r=abc", "n,,n=u\n,r=abc"],
        [ScramFaults.HeaderInvalid] = ["", "n", "x,,n=u,r=abc", ",,n=u,r=abc", "n=u,r=abc", "n,b,n=u,r=abc", "N,,n=u,r=abc"],
        [ScramFaults.ChannelBindingNotOffered] = ["p=tls-unique,,n=u,r=abc", "p=tls-exporter,a=u,n=u,r=abc"],
        [ScramFaults.AuthorizationIdNotOffered] = ["n,a=admin,n=u,r=abc", "y,a=u,n=u,r=abc"],
        [ScramFaults.ExtensionNotKnown] = ["n,,m=x,n=u,r=abc", "n,,n=u,r=abc,m=x"],
        [ScramFaults.ExtensionInvalid] = ["n,,n=u,r=abc,", "n,,n=u,r=abc,x", "n,,n=u,r=abc,x=", "n,,n=u,r=abc,1=x"],
        [ScramFaults.NameInvalid] =
            ["n,,", "n,,n=,r=abc", "n,,u,r=abc", "n,,r=abc", "n,,n=u=,r=abc", "n,,n=u=2c,r=abc", "n,,n=u=4,r=abc"],
        [ScramFaults.NonceInvalid] =
            ["n,,n=u", "n,,n=u,", "n,,n=u,r=", "n,,n=u,abc", "n,,n=u,r=a c", "n,,n=u,r=ä", "n,,n=u,x=y,r=abc"],
    };

    private static readonly Dictionary<Fault, string[]> BrokenFinal = new()
    {
        [ScramFaults.MessageTooLong] = ["c=biws,r=" + new string('a', 4096)],
        [ScramFaults.MessageNotText] = ["c=biws,r=abcdef\0,p=" + Proof],
        [ScramFaults.HeaderChanged] = ["", "c=eSws,r=abcdef,p=" + Proof, "c=,r=abcdef,p=" + Proof, "r=abcdef,p=" + Proof],
        [ScramFaults.NonceChanged] = ["c=biws", "c=biws,r=abc,p=" + Proof, "c=biws,r=,p=" + Proof, "c=biws,r=abcdefg,p=" + Proof],
        [ScramFaults.ExtensionNotKnown] = ["c=biws,r=abcdef,m=x,p=" + Proof],
        [ScramFaults.ExtensionInvalid] = ["c=biws,r=abcdef,xy,p=" + Proof],
        [ScramFaults.ProofInvalid] =
        [
            "c=biws,r=abcdef", "c=biws,r=abcdef,p=", "c=biws,r=abcdef,p=AAAA", "c=biws,r=abcdef,p=" + Proof[..^1],
            "c=biws,r=abcdef,p=AAAA" + Proof, "c=biws,r=abcdef,p=" + Proof + ",x=y", "c=biws,r=abcdef,p=?" + Proof[1..],
        ],
    };

    [Fact]
    public void Each_broken_first_message_is_refused_with_its_fault()
    {
        foreach ((Fault expected, string[] messages) in BrokenFirst)
        {
            foreach (string message in messages)
            {
                bool isRead = ScramClientFirst.TryParse(Encoding.UTF8.GetBytes(message), out _, out Fault? fault);
                Assert.Equal((message, false, expected.Text), (message, isRead, fault?.Text));
            }
        }
    }

    [Fact]
    public void Each_broken_last_message_is_refused_with_its_fault()
    {
        foreach ((Fault expected, string[] messages) in BrokenFinal)
        {
            foreach (string message in messages)
            {
                byte[] bytes = Encoding.UTF8.GetBytes(message);
                bool isRead = ScramClientFinal.TryParse(bytes, Header, Nonce, out _, out Fault? fault);
                Assert.Equal((message, false, expected.Text), (message, isRead, fault?.Text));
            }
        }
    }

    [Fact]
    public void Every_fault_has_a_broken_message() =>
        Assert.Equal(ScramFaults.All.ToHashSet(), BrokenFirst.Keys.Concat(BrokenFinal.Keys).ToHashSet());

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused()
    {
        Assert.False(ScramClientFirst.TryParse([.. "n,,n=u"u8, 0xFF, .. ",r=abc"u8], out _, out Fault? fault));
        Assert.Same(ScramFaults.MessageNotText, fault);
    }

    [Theory]
    [InlineData("n,,n=user,r=abc", "n,,", "user", "abc")]
    [InlineData("y,,n=user,r=abc,x=y", "y,,", "user", "abc")]
    [InlineData("n,,n=a=2Cb=3Dc,r=!~+/=", "n,,", "a,b=c", "!~+/=")]
    [InlineData("n,,n==3D2C=2C,r=a", "n,,", "=2C,", "a")]
    [InlineData("n,,n=jürgen ß,r=a", "n,,", "jürgen ß", "a")]
    public void A_first_message_is_taken_apart(string message, string header, string userName, string nonce)
    {
        Assert.True(ScramClientFirst.TryParse(Encoding.UTF8.GetBytes(message), out ScramClientFirst? first, out _));

        Assert.Equal(new ScramClientFirst(header, message[header.Length..], userName, nonce), first);
    }

    [Fact]
    public void A_last_message_is_taken_apart()
    {
        byte[] message = Encoding.UTF8.GetBytes("c=biws,r=abcdef,x=y,p=" + Proof);
        Assert.True(ScramClientFinal.TryParse(message, Header, Nonce, out ScramClientFinal? final, out _));

        Assert.Equal("c=biws,r=abcdef,x=y", final.WithoutProof);
        Assert.Equal(new byte[64], final.Proof.ToArray());
    }
}
