namespace Broker.Persistence.Ef;

// The tables as EF Core knows them. The commit path writes them with statements of its own, StoredState reads them with its own.

internal sealed class SessionRow
{
    public long Id { get; set; }
    public required string ClientId { get; set; }
    public string? UserName { get; set; }
    public long ExpirySeconds { get; set; }
    public long? AwayAt { get; set; }
    public long? ExpiresAt { get; set; }
    public long LastSequence { get; set; }
    public long? SentSequence { get; set; }
}

internal sealed class SubscriptionRow
{
    public long SessionId { get; set; }
    public required string Filter { get; set; }
    public int Options { get; set; }
    public long SubscriptionId { get; set; }
}

internal sealed class WillRow
{
    public long SessionId { get; set; }
    public required string Topic { get; set; }
    public required byte[] Payload { get; set; }
    public required byte[] Properties { get; set; }
    public int Qos { get; set; }
    public bool Retain { get; set; }
    public long DelaySeconds { get; set; }
    public long? ExpirySeconds { get; set; }
}

internal sealed class MessageRow
{
    public long Id { get; set; }
    public required string Topic { get; set; }
    public required byte[] Payload { get; set; }
    public required byte[] Properties { get; set; }
    public int Qos { get; set; }
    public bool Retain { get; set; }
    public long? ExpiresAt { get; set; }
    public string? PublisherId { get; set; }
}

internal sealed class DeliveryRow
{
    public long SessionId { get; set; }
    public long Sequence { get; set; }
    public long MessageId { get; set; }
    public int Qos { get; set; }
    public bool Retain { get; set; }
    public bool IsReleased { get; set; }
    public string? SubscriptionIds { get; set; }
    public bool IsShared { get; set; }
}

internal sealed class ReceiptRow
{
    public long SessionId { get; set; }
    public int PacketId { get; set; }
}

internal sealed class RetainedRow
{
    public required string Topic { get; set; }
    public required byte[] Payload { get; set; }
    public required byte[] Properties { get; set; }
    public int Qos { get; set; }
    public bool Retain { get; set; }
    public long? ExpiresAt { get; set; }
    public string? PublisherId { get; set; }
    public string? PublisherUser { get; set; }
}

internal sealed class BanRow
{
    public required string Kind { get; set; }
    public required string Who { get; set; }
    public required string MadeBy { get; set; }
    public string? Reason { get; set; }
    public long MadeAt { get; set; }
    public long? ExpiresAt { get; set; }
}

internal sealed class StoreStateRow
{
    public int Id { get; set; }
    public long Ticket { get; set; }
    public string? Owner { get; set; }
    public long? ImportStartedAt { get; set; }
}
