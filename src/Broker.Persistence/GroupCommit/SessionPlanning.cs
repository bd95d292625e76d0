using Broker.Persistence.Changes;

namespace Broker.Persistence.GroupCommit;

/// <summary>Writes what a batch changes of one session into a plan.</summary>
internal readonly ref struct SessionPlanning(SessionEntry session, SessionDelta delta, CommitPlan plan)
{
    public void Write(MessageReferences references)
    {
        bool mayHaveRows = session.IsStored;
        bool hasRemovals = WriteDeliveries(references, mayHaveRows);
        // The high-water mark has to be in the row before the delivery that held it is gone, or its packet id comes again.
        if (delta.IsRowChanged || hasRemovals) plan.Sessions.Add(session.ToRecord());
        session.IsStored = true;
        WriteSubscriptions(mayHaveRows);
        WriteReceipts();
        WriteWill();
    }

    private bool WriteDeliveries(MessageReferences references, bool mayHaveRows)
    {
        if (delta.Deliveries is null) return false;
        bool hasRemovals = false;
        foreach ((long sequence, DeliveryDelta delivery) in delta.Deliveries)
        {
            if (delivery.Queued is { } queued)
            {
                plan.Deliveries.Add((session.Id, references.Refer(queued.Message, plan), queued, delivery.IsReleased));
            }
            else if (!mayHaveRows)
            {
                continue;
            }
            else if (delivery.IsRemoved)
            {
                plan.RemovedDeliveries.Add((session.Id, sequence));
                hasRemovals = true;
            }
            else
            {
                plan.ReleasedDeliveries.Add((session.Id, sequence));
            }
        }
        return hasRemovals;
    }

    private void WriteSubscriptions(bool mayHaveRows)
    {
        if (delta.Subscriptions is null) return;
        foreach ((string filter, SubscriptionPut? subscription) in delta.Subscriptions)
        {
            if (subscription is not null) plan.Subscriptions.Add((session.Id, subscription));
            else if (mayHaveRows) plan.RemovedSubscriptions.Add((session.Id, filter));
        }
    }

    private void WriteReceipts()
    {
        if (delta.Receipts is null) return;
        foreach ((ushort packetId, ReceiptDelta receipt) in delta.Receipts)
        {
            if (receipt.IsPresent) plan.Receipts.Add((session.Id, packetId));
            else plan.RemovedReceipts.Add((session.Id, packetId));
        }
    }

    private void WriteWill()
    {
        if (!delta.IsWillChanged) return;
        if (delta.Will is { } will) plan.Wills.Add((session.Id, will));
        else if (session.HasStoredWill) plan.RemovedWills.Add(session.Id);
        session.HasStoredWill = delta.Will is not null;
    }
}
