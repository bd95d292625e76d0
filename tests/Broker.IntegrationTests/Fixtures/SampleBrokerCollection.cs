namespace Broker.IntegrationTests.Fixtures;

/// <summary>Tests that share one broker with the sample file; each uses topics and client ids of its own.</summary>
[CollectionDefinition(nameof(SampleBrokerCollection))]
public sealed class SampleBrokerCollection : ICollectionFixture<SampleBroker>;
