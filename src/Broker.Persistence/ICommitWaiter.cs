namespace Broker.Persistence;

/// <summary>Somebody who holds back packets until a commit.</summary>
public interface ICommitWaiter
{
    /// <summary>Whether it need not be told any more. Asked now and then while commits do not get through. Any thread.</summary>
    bool IsGone => false;

    /// <summary>The ticket waited for is durable. Called on the store's thread: do not block.</summary>
    void OnCommitted();
}
