using System.Text.Json;
using System.Text.Json.Serialization;

namespace Broker.Admin;

/// <summary>How the answers of the API are written. Made at build time: nothing is looked up by reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ApiProblem))]
[JsonSerializable(typeof(AuditEntry))]
[JsonSerializable(typeof(VersionView))]
[JsonSerializable(typeof(IReadOnlyList<ListenerView>))]
[JsonSerializable(typeof(Page<ClientView>))]
[JsonSerializable(typeof(Page<SessionView>))]
[JsonSerializable(typeof(SessionDetail))]
[JsonSerializable(typeof(Page<SubscriptionView>))]
[JsonSerializable(typeof(Page<RetainedView>))]
[JsonSerializable(typeof(RetainedDetail))]
[JsonSerializable(typeof(RetainedDeletedView))]
[JsonSerializable(typeof(DisconnectedView))]
[JsonSerializable(typeof(PublishedView))]
[JsonSerializable(typeof(ConfigurationView))]
[JsonSerializable(typeof(FindingsView))]
[JsonSerializable(typeof(ReloadView))]
[JsonSerializable(typeof(FiguresView))]
[JsonSerializable(typeof(SlowListView))]
[JsonSerializable(typeof(MessageView))]
[JsonSerializable(typeof(TraceView))]
[JsonSerializable(typeof(Page<BanView>))]
[JsonSerializable(typeof(BannedView))]
internal sealed partial class AdminJson : JsonSerializerContext;
