using System.Text;
using Broker.Security;
using Broker.Security.Scram;
using Broker.TestKit;

namespace Broker.UnitTests.Security;

public sealed class ScramServerTests
{
    private const string ClientNonce = "rOprNGfwEbeRWgbNEkqO";
    private const string ServerNonce = "02431b08-2f89-4bad-a4e6-80c0564ec865";
    private const string Salt = "AAECAwQFBgcICQoL";

    // Computed with Python's hashlib for the user "user" with the password "pencil".
    private const string SaltedPassword =
        "tDJNw4N1I8Vo2TAKSdVzYNSviDIOlZbI9HVsfYCGekY57NY/YRTTPc7PFBtXhHt/bdxpx7g5Mg6bEa6hw6L2mA==";
    private const string Proof =
        "MZyONMzyyH/Lu2T8nUkqn/Hd0mzBTMFC6HCuoMjLmVh/fvhGGkuEHyluD9ZtSxExw6ngXbVawX0xSgBcz5lBMQ==";
    private const string Signature =
        "MCycu8scGo1kkYjZTr0B4tykDfYanRftc6Ghfuf0H/bOnZtQTDPrMY55Ezzqm63m1jfbMl1vbnx/iKOrHicd9w==";

    private static readonly PasswordHash Pencil = PasswordHash.Parse($"$7$4096${Salt}${SaltedPassword}").Hash!;

    private static ScramCredential Credential => ScramCredential.Of(Pencil, null, "user");

    [Fact]
    public void A_known_exchange_gives_the_known_messages()
    {
        ScramServer server = Begun($"n,,n=user,r={ClientNonce}");

        Assert.Equal($"r={ClientNonce}{ServerNonce},s={Salt},i=4096", Encoding.ASCII.GetString(server.Challenge));
        ScramResult result = server.Finish(Encoding.ASCII.GetBytes($"c=biws,r={ClientNonce}{ServerNonce},p={Proof}"), Credential);
        Assert.Null(result.Fault);
        Assert.Equal($"v={Signature}", Encoding.ASCII.GetString(result.ServerFinal!));
    }

    [Theory]
    [InlineData("n,,")]
    [InlineData("y,,")]
    public void A_client_that_has_the_password_is_let_in_and_convinced(string header)
    {
        var client = new ScramClient("user", "pencil", header);
        ScramServer server = Begun(client);

        ScramResult result = server.Finish(client.Final(server.Challenge), Credential);

        Assert.Null(result.Fault);
        Assert.Equal(client.ServerFinal, result.ServerFinal);
    }

    [Fact]
    public void Extensions_that_are_not_mandatory_are_left_unread()
    {
        var client = new ScramClient("user", "pencil");
        client.Bare += ",x=y,z=1";
        ScramServer server = Begun(client);

        ScramResult result = server.Finish(client.Final(server.Challenge), Credential);

        Assert.Equal(client.ServerFinal, result.ServerFinal);
    }

    [Fact]
    public void A_wrong_password_is_no_fault_and_no_success()
    {
        var client = new ScramClient("user", "Pencil");
        ScramServer server = Begun(client);

        Assert.Equal(default, server.Finish(client.Final(server.Challenge), Credential));
    }

    [Fact]
    public void Each_exchange_has_a_nonce_of_eighteen_random_bytes_behind_the_clients()
    {
        byte[] message = new ScramClient("user", "", nonce: "abc").First;
        Assert.True(ScramClientFirst.TryParse(message, out ScramClientFirst? first, out _));

        string[] nonces = [.. Enumerable.Range(0, 2).Select(_ =>
            Encoding.ASCII.GetString(new ScramServer(first, Credential).Challenge).Split(',')[0])];

        Assert.All(nonces, nonce => Assert.StartsWith("r=abc", nonce, StringComparison.Ordinal));
        Assert.All(nonces, nonce => Assert.Equal(18, Convert.FromBase64String(nonce["r=abc".Length..]).Length));
        Assert.NotEqual(nonces[0], nonces[1]);
    }

    [Fact]
    public void A_password_that_was_changed_since_the_challenge_is_not_proved_by_the_old_one()
    {
        var client = new ScramClient("user", "pencil");
        ScramServer server = Begun(client);
        PasswordHash changed = PasswordHash.Create(PasswordHashKind.Sha512Pbkdf2, "pen"u8);

        ScramCredential now = ScramCredential.Of(changed, null, "user");

        Assert.Equal(default, server.Finish(client.Final(server.Challenge), now));
    }

    [Fact]
    public void A_proof_of_another_exchange_proves_nothing()
    {
        var client = new ScramClient("user", "pencil");
        byte[] old = client.Final(Begun(client).Challenge);
        ScramServer later = Begun($"n,,{client.Bare}", "another");

        Assert.Same(ScramFaults.NonceChanged, later.Finish(old, Credential).Fault);
        string moved = Encoding.ASCII.GetString(old).Replace(ServerNonce, "another", StringComparison.Ordinal);
        Assert.Equal(default, Begun($"n,,{client.Bare}", "another").Finish(Encoding.ASCII.GetBytes(moved), Credential));
    }

    private static ScramServer Begun(ScramClient client) => Begun(Encoding.UTF8.GetString(client.First));

    private static ScramServer Begun(string message, string serverNonce = ServerNonce)
    {
        Assert.True(ScramClientFirst.TryParse(Encoding.UTF8.GetBytes(message), out ScramClientFirst? first, out _));
        return new ScramServer(first, Credential, serverNonce);
    }
}
