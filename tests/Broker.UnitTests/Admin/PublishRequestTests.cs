using System.Text.Json;
using Broker.Admin;
using Broker.Configuration;
using Broker.Protocol;
using Broker.Protocol.Properties;

namespace Broker.UnitTests.Admin;

/// <summary>What an administrator asks to be published.</summary>
public sealed class PublishRequestTests
{
    private static readonly LimitOptions Limits = new() { PayloadBytesMax = 10 };

    [Theory]
    [InlineData("""{"payload": "x"}""", "topic")]
    [InlineData("""{"topic": ""}""", "topic")]
    [InlineData("""{"topic": "a/#"}""", "topic")]
    [InlineData("""{"topic": "$SYS/broker/x"}""", "topic")]
    [InlineData("""{"topic": "a\u0000b"}""", "topic")]
    [InlineData("""{"topic": "\ud800"}""", "topic")]
    [InlineData("""{"topic": 7}""", "topic")]
    [InlineData("""{"topic": "a", "payload": 7}""", "payload")]
    [InlineData("""{"topic": "a", "payload": "x", "payload_base64": "eA=="}""", "payload_base64")]
    [InlineData("""{"topic": "a", "payload_base64": "?"}""", "payload_base64")]
    [InlineData("""{"topic": "a", "payload": "12345678901"}""", "payload")]
    [InlineData("""{"topic": "a", "qos": 3}""", "qos")]
    [InlineData("""{"topic": "a", "qos": 1.5}""", "qos")]
    [InlineData("""{"topic": "a", "retain": "yes"}""", "retain")]
    [InlineData("""{"topic": "a", "properties": 1}""", "properties")]
    [InlineData("""{"topic": "a", "properties": {"message_expiry_seconds": -1}}""", "properties.message_expiry_seconds")]
    [InlineData("""{"topic": "a", "properties": {"response_topic": "a/+"}}""", "properties.response_topic")]
    [InlineData("""{"topic": "a", "properties": {"correlation_data_base64": "!"}}""", "properties.correlation_data_base64")]
    [InlineData("""{"topic": "a", "properties": {"user_properties": [{"name": "n"}]}}""", "properties.user_properties[0].value")]
    [InlineData("""{"topic": "a", "properties": {"user_properties": "n"}}""", "properties.user_properties")]
    [InlineData("""{"topic": "a", "properties": {"colour": "red"}}""", "properties.colour")]
    [InlineData("""{"topic": "a", "qoss": 1}""", "qoss")]
    [InlineData("""{"topic": "a", "topic": "b"}""", "topic")]
    [InlineData("""{"topic": "a", "\ud800": 1}""", null)]
    [InlineData("""{"topic": "a", "properties": {"user_properties": {"\ud800": "v"}}}""", null)]
    [InlineData("""["a"]""", null)]
    public void What_is_wrong_is_named(string json, string? field)
    {
        PublishRequest? request = Read(json, Limits, out ApiProblem? problem);

        Assert.Null(request);
        Assert.Equal((400, field), (problem!.Status, problem.Field));
        Assert.EndsWith(".", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_retained_message_is_refused_where_there_are_none()
    {
        Read("""{"topic": "a", "retain": true}""", Limits with { IsRetainAvailable = false }, out ApiProblem? problem);

        Assert.Equal("retain", problem!.Field);
    }

    [Fact]
    public void All_that_can_be_said_is_taken_over()
    {
        PublishRequest request = Read("""
            {"topic": "a/b", "payload": "ü", "qos": 1, "retain": true, "properties": {"message_expiry_seconds": 4294967295,
             "content_type": "t", "user_properties": {"n": "v"}}}
            """, Limits, out _)!;

        Assert.Equal(("a/b", QualityOfService.AtLeastOnce, true, uint.MaxValue),
            (request.Topic.Name, request.Qos, request.Retain, request.ExpirySeconds!.Value));
        Assert.Equal("ü"u8.ToArray(), request.Payload);
        PropertyReader reader = new(request.Properties, PropertyOwners.Publish);
        Assert.True(reader.MoveNext());
        Assert.Equal((PropertyId.ContentType, "t"), (reader.Id, reader.Text));
        Assert.True(reader.MoveNext());
        Assert.Equal(new UserProperty("n", "v"), reader.User);
        Assert.False(reader.MoveNext());
        Assert.Null(reader.Fault);
    }

    [Fact]
    public void Of_a_message_only_the_topic_must_be_said()
    {
        PublishRequest request = Read("""{"topic": "a", "payload": null}""", Limits, out ApiProblem? problem)!;

        Assert.Null(problem);
        Assert.Equal((0, QualityOfService.AtMostOnce, false), (request.Payload.Length, request.Qos, request.Retain));
    }

    private static PublishRequest? Read(string json, LimitOptions limits, out ApiProblem? problem)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return PublishRequest.Read(document.RootElement, limits, out _, out problem);
    }
}
