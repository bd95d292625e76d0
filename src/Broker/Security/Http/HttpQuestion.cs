using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Broker.Configuration;

namespace Broker.Security.Http;

/// <summary>What is asked of a service: fields with names, in the form that it wants.</summary>
internal sealed class HttpQuestion
{
    private readonly List<(string Name, string Value, bool IsNumber)> _fields = new(8);

    /// <summary>Adds a field.</summary>
    public HttpQuestion With(string name, string value)
    {
        _fields.Add((name, value, IsNumber: false));
        return this;
    }

    /// <summary>Adds a field that is a number in JSON.</summary>
    public HttpQuestion With(string name, int value)
    {
        _fields.Add((name, value.ToString(CultureInfo.InvariantCulture), IsNumber: true));
        return this;
    }

    /// <summary>May this client connect? Null: its password is not text, so that it cannot be asked.</summary>
    public static HttpQuestion? About(in ClientCredentials client)
    {
        ReadOnlySpan<byte> password = client.Password.GetValueOrDefault().Span;
        if (!Utf8.IsValid(password)) return null;
        return new HttpQuestion()
            .With("clientid", client.ClientId)
            .With("username", client.UserName ?? "")
            .With("password", Encoding.UTF8.GetString(password))
            .With("ipaddress", WithoutPort(client.RemoteAddress))
            .With("listener", client.Listener?.Name ?? "");
    }

    /// <summary>The body of the request.</summary>
    public byte[] Write(HttpAuthFormat format) => format == HttpAuthFormat.Json ? WriteJson() : WriteForm();

    private byte[] WriteJson()
    {
        using MemoryStream body = new();
        using (Utf8JsonWriter json = new(body))
        {
            json.WriteStartObject();
            foreach ((string name, string value, bool isNumber) in _fields)
            {
                json.WritePropertyName(name);
                if (isNumber) json.WriteRawValue(value);
                else json.WriteStringValue(value);
            }
            json.WriteEndObject();
        }
        return body.ToArray();
    }

    private byte[] WriteForm() => Encoding.ASCII.GetBytes(
        string.Join('&', _fields.Select(static field => $"{field.Name}={Uri.EscapeDataString(field.Value)}")));

    /// <summary>The address alone, where it is one.</summary>
    /// <param name="address">With its port, IPv6 with brackets or, as log lines have it, without.</param>
    public static string WithoutPort(string address)
    {
        int port = address.LastIndexOf(':');
        return port > 0 && IPAddress.TryParse(address.AsSpan(0, port), out IPAddress? alone) ? alone.ToString() : address;
    }
}
