using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Broker.Transport;

/// <summary>Kestrel's listeners, as far as there is room.</summary>
/// <param name="sockets">Kestrel's own.</param>
/// <param name="room">The room.</param>
/// <param name="isOperators">Which of them are admin listeners.</param>
internal sealed class RoomListenerFactory(
    SocketTransportFactory sockets, DescriptorRoom room, Func<EndPoint, bool> isOperators)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <summary>Puts it in the place of Kestrel's. After Kestrel.</summary>
    public static void Register(IServiceCollection services, DescriptorRoom room, Func<EndPoint, bool> isOperators)
    {
        services.AddSingleton<SocketTransportFactory>();
        // Kestrel asks the last one first.
        services.AddSingleton<IConnectionListenerFactory>(
            provider => new RoomListenerFactory(provider.GetRequiredService<SocketTransportFactory>(), room, isOperators));
    }

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new RoomListener(await sockets.BindAsync(endpoint, cancellationToken), room, isOperators(endpoint));

    public bool CanBind(EndPoint endpoint) => sockets.CanBind(endpoint);
}

/// <summary>
/// A listener that closes what it has no room for, and accepts nothing while not even that is possible: then connections wait in
/// the kernel.
/// </summary>
internal sealed class RoomListener(IConnectionListener inner, DescriptorRoom room, bool isOperators) : IConnectionListener
{
    private readonly TaskCompletionSource _unbound = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EndPoint EndPoint => inner.EndPoint;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (!room.Resumed.IsCompleted) await Task.WhenAny(room.Resumed, _unbound.Task);
            // An unbound listener answers at once, that nothing comes any more.
            CancellationToken token = _unbound.Task.IsCompleted ? cancellationToken : room.Accepting;
            ConnectionContext? connection;
            try
            {
                connection = await inner.AcceptAsync(token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Nothing must be accepted until there is room again.
                continue;
            }
            if (connection is null || room.TryTake(isOperators)) return connection;
            connection.Abort();
            await connection.DisposeAsync();
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _unbound.TrySetResult();
        return inner.UnbindAsync(cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        _unbound.TrySetResult();
        return inner.DisposeAsync();
    }
}
