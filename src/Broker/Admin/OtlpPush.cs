using System.Runtime.CompilerServices;
using Broker.Configuration;
using Broker.Connections;
using Broker.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Broker.Admin;

/// <summary>Pushes the metrics to a collector, by OpenTelemetry's own exporter. Not there without <c>otlp_endpoint</c>.</summary>
internal sealed class OtlpPush : IDisposable
{
    /// <summary>A collector that does not answer holds up neither the next push nor the end of the broker for long.</summary>
    private const int TimeoutMilliseconds = 3000;

    private readonly IDisposable _provider;

    private OtlpPush(IDisposable provider) => _provider = provider;

    /// <summary>Begins to push.</summary>
    /// <param name="engine">Whose metrics.</param>
    /// <param name="version">Of the broker, an attribute of the resource.</param>
    /// <returns>Null: nothing is pushed.</returns>
    public static OtlpPush? Start(BrokerEngine engine, string version) =>
        engine.Options.Otlp is { } options ? Start(options, version) : null;

    /// <summary>Pushes a last time.</summary>
    public void Dispose() => _provider.Dispose();

    // On its own, so that OpenTelemetry is loaded only when it is wanted.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static OtlpPush Start(OtlpOptions options, string version) => new(Sdk.CreateMeterProviderBuilder()
        .ConfigureResource(resource => resource.AddService("broker", serviceVersion: version))
        .AddMeter(BrokerMetrics.MeterName)
        .AddOtlpExporter((exporter, reader) =>
        {
            exporter.Endpoint = options.Endpoint;
            exporter.Protocol = options.IsGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
            exporter.Headers = string.Join(',', options.Headers);
            exporter.TimeoutMilliseconds = TimeoutMilliseconds;
            reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.Interval.TotalMilliseconds;
            reader.PeriodicExportingMetricReaderOptions.ExportTimeoutMilliseconds = TimeoutMilliseconds;
        })
        .Build());
}
