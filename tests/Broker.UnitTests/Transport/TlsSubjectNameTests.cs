using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Broker.Transport.Tls;

namespace Broker.UnitTests.Transport;

public sealed class TlsSubjectNameTests
{
    // The names were encoded and printed (-nameopt RFC2253) by OpenSSL 3.0.
    [Theory]
    [InlineData(
        "MGExCzAJBgNVBAYTAkdCMRMwEQYDVQQIDApTb21lIFN0YXRlMQ0wCwYDVQQHDARUb3duMRAwDgYDVQQKDAdBLCBJbmMuMQ4wDAYDVQQLDAVV"
        + "c2VyczEMMAoGA1UEAwwDam9l",
        @"CN=joe,OU=Users,O=A\, Inc.,L=Town,ST=Some State,C=GB")]
    [InlineData(
        "MDAxGDAWBgNVBAMMD0rDtnJnIDx4PjsicVxxIjEUMBIGCSqGSIb3DQEJARYFYUBiLmM=",
        @"emailAddress=a@b.c,CN=J\C3\B6rg \<x\>\;\""q\\q\""")]
    [InlineData("MCIxDzANBgNVBAoMBiMgbGVhZDEPMA0GA1UEAwwGIGJvdGgg", @"CN=\ both\ ,O=\# lead")]
    [InlineData("MCYxGDAKBgNVBAoMA29uZTAKBgNVBAsMA3R3bzEKMAgGA1UEAwwBeA==", "CN=x,OU=two+O=one")]
    [InlineData(
        "MIIBjjETMBEGCgmSJomT8ixkARkWA2NvbTEXMBUGCgmSJomT8ixkARkWB2V4YW1wbGUxEjAQBgoJkiaJk/IsZAEBDAJ1MTELMAkGA1UEBRMC"
        + "MTIxDDAKBgNVBAQMA1N1cjEOMAwGA1UEKgwFR2l2ZW4xCjAIBgNVBAwMAVQxCjAIBgNVBCsMAUkxDDAKBgNVBAkMA1MgMTEKMAgGA1UEEQwB"
        + "MTEKMAgGA1UELhMBcTEKMAgGA1UEQQwBcDEKMAgGA1UELAwBZzEKMAgGA1UEDQwBZDEKMAgGA1UEDwwBYjEKMAgGA1UEKQwBbjEKMAgGA1UE"
        + "YQwBbzETMBEGCysGAQQBgjc8AgEDEwJHQjESMBAGCysGAQQBgjc8AgEBDAF4MRIwEAYLKwYBBAGCNzwCAQIMAXkxCzAJBgNVBBAMAnBhMQow"
        + "CAYDVQQUDAExMQowCAYDVQQtDAExMREwDwYKCZImiZPyLGQBAxYBbTERMA8GCSqGSIb3DQEJAgwCdW4xETAPBgkqhkiG9w0BCQgMAnVh",
        "unstructuredAddress=ua,unstructuredName=un,mail=m,x500UniqueIdentifier=1,telephoneNumber=1,postalAddress=pa,"
        + "jurisdictionST=y,jurisdictionL=x,jurisdictionC=GB,organizationIdentifier=o,name=n,businessCategory=b,description=d,"
        + "generationQualifier=g,pseudonym=p,dnQualifier=q,postalCode=1,street=S 1,initials=I,title=T,GN=Given,SN=Sur,"
        + "serialNumber=12,UID=u1,DC=example,DC=com")]
    public void A_subject_is_printed_as_OpenSSL_prints_it(string encoded, string text) =>
        Assert.Equal(text, TlsSubjectName.Format(new X500DistinguishedName(Convert.FromBase64String(encoded))));

    [Fact]
    public void A_name_that_OpenSSL_has_no_word_for_is_shown_by_its_number_and_bytes() =>
        Assert.Equal("1.2.3.4=#0C0178", TlsSubjectName.Format(NameOf(("1.2.3.4", UniversalTagNumber.UTF8String, "x"))));

    [Fact]
    public void Control_characters_are_shown_as_numbers() =>
        Assert.Equal(@"CN=a\0Ab\00", TlsSubjectName.Format(NameOf(("2.5.4.3", UniversalTagNumber.UTF8String, "a\nb\0"))));

    [Fact]
    public void The_first_common_name_is_the_identity()
    {
        X500DistinguishedName name = NameOf(
            ("2.5.4.10", UniversalTagNumber.UTF8String, "x"),
            ("2.5.4.3", UniversalTagNumber.BMPString, "jörg"),
            ("2.5.4.3", UniversalTagNumber.UTF8String, "other"));

        Assert.Equal("jörg", TlsSubjectName.CommonName(name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("admin\0.example")]
    public void A_common_name_that_is_empty_or_has_a_zero_byte_is_none(string commonName) =>
        Assert.Null(TlsSubjectName.CommonName(NameOf(("2.5.4.3", UniversalTagNumber.UTF8String, commonName))));

    [Fact]
    public void A_subject_without_elements_gives_no_name()
    {
        Assert.Null(TlsSubjectName.CommonName(NameOf()));
        Assert.Null(TlsSubjectName.Format(NameOf()));
    }

    private static X500DistinguishedName NameOf(params (string Id, UniversalTagNumber Kind, string Value)[] elements)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach ((string id, UniversalTagNumber kind, string value) in elements)
            {
                using (writer.PushSetOf())
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(id);
                    writer.WriteCharacterString(kind, value);
                }
            }
        }
        return new X500DistinguishedName(writer.Encode());
    }
}
