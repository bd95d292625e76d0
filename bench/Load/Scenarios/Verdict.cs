using Load.Checking;
using Load.Clients;
using Load.Measuring;

namespace Load.Scenarios;

/// <summary>Whether the broker kept its word.</summary>
internal static class Verdict
{
    /// <summary>Puts loss, duplicates and order into the report.</summary>
    /// <returns>True: nothing is wrong.</returns>
    public static bool Add(Report report, AckTotals acks, DeliveryTotals deliveries, long unacknowledged, long owed)
    {
        long lost = Math.Max(0, owed - deliveries.Received);
        report.Add("unacknowledged", unacknowledged);
        report.Add("refused", acks.Refused);
        report.Add("acks_out_of_order", acks.OutOfOrder);
        report.Add("lost", lost);
        report.Add("duplicates", deliveries.Duplicates);
        report.Add("redelivered", deliveries.Redelivered);
        report.Add("out_of_order", deliveries.OutOfOrder);
        report.Add("strays", deliveries.Strays + acks.Strays);
        // A redelivery says so itself and is what QoS 1 allows; it is shown because none is expected here.
        long wrong = unacknowledged + acks.Refused + acks.OutOfOrder + acks.Strays + lost + deliveries.Duplicates
            + deliveries.OutOfOrder + deliveries.Strays;
        report.Add("verdict", wrong == 0 ? "ok" : "FAILED");
        return wrong == 0;
    }
}
