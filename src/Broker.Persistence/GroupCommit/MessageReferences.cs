using System.Diagnostics;
using System.Runtime.InteropServices;
using Broker.Persistence.Changes;

namespace Broker.Persistence.GroupCommit;

/// <summary>
/// How many stored deliveries refer to a message row. Only rows with two or more are kept: for every other row there is one, so
/// a million queued messages for one session each cost nothing here. Belongs to the writer's thread.
/// </summary>
internal sealed class MessageReferences(long lastId, Dictionary<long, int> shared)
{
    private Dictionary<long, int> _shared = shared;
    private long _lastId = lastId;

    /// <summary>Rows with two or more deliveries.</summary>
    public int SharedCount => _shared.Count;

    /// <summary>Counts one more delivery of a message and says which row holds it, a new one when none can be shared.</summary>
    public long Refer(StoredMessage message, CommitPlan plan)
    {
        MessageReference? reference = message.Reference;
        if (reference is null || reference.Owner != this || reference.Plan != plan)
        {
            // A row with a single delivery is not in the map and may be gone: the message is stored again, which is rare and
            // right.
            bool isStored = reference is not null && reference.Owner == this && _shared.ContainsKey(reference.Id);
            if (!isStored)
            {
                reference = message.Reference = new MessageReference(this, ++_lastId);
                plan.Messages.Add((reference.Id, message));
            }
            reference!.Plan = plan;
            reference.Added = 0;
            plan.References.Add(reference);
        }
        reference.Added++;
        return reference.Id;
    }

    /// <summary>Which rows have no delivery left once the plan and the removals that it led to are committed.</summary>
    public List<long> Unreferenced(CommitPlan plan, List<long> removed)
    {
        Dictionary<long, int> left = plan.CountsAfter;
        left.Clear();
        foreach (MessageReference reference in plan.References)
            left[reference.Id] = _shared.GetValueOrDefault(reference.Id) + reference.Added;
        List<long> dead = [];
        foreach (long id in removed)
        {
            ref int count = ref CollectionsMarshal.GetValueRefOrAddDefault(left, id, out bool isCounted);
            if (!isCounted) count = _shared.GetValueOrDefault(id, 1);
            Debug.Assert(count > 0, "a row is removed once");
            if (--count == 0) dead.Add(id);
        }
        return dead;
    }

    /// <summary>
    /// The plan was committed, but its answer was lost: the counts were taken from the database instead.
    /// </summary>
    public void Recounted(CommitPlan plan, Dictionary<long, int> shared)
    {
        _shared = shared;
        plan.CountsAfter.Clear();
    }

    /// <summary>The plan is committed: its counts are the truth from now on.</summary>
    public void Committed(CommitPlan plan)
    {
        foreach ((long id, int count) in plan.CountsAfter)
        {
            if (count > 1) _shared[id] = count;
            else _shared.Remove(id);
        }
        foreach (MessageReference reference in plan.References) reference.Plan = null;
    }
}
