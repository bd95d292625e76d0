using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Broker.Persistence.Transfer;

/// <summary>Takes a stream apart into lines, one in memory at a time.</summary>
internal static class FactLines
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The facts, each valid until the next one is asked for; empty lines are none.</summary>
    /// <exception cref="TransferException">A line is no JSON object.</exception>
    public static async IAsyncEnumerable<FactReader> ReadAsync(
        Stream input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PipeReader reader = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        for (long number = 1; ; number++)
        {
            ReadOnlySequence<byte> line = await LineAsync(reader, cancellationToken).ConfigureAwait(false);
            if (line.IsEmpty) break;
            SequencePosition end = line.End;
            if (number == 1) line = WithoutMark(line);
            if (!IsBlank(line))
            {
                using JsonDocument document = Parse(line, number);
                yield return new FactReader(number, document.RootElement);
            }
            reader.AdvanceTo(end);
        }
        await reader.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>The next line with its end; empty: there is none.</summary>
    private static async ValueTask<ReadOnlySequence<byte>> LineAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (result.Buffer.PositionOf((byte)'\n') is { } end)
                return result.Buffer.Slice(0, result.Buffer.GetPosition(1, end));
            if (result.IsCompleted) return result.Buffer;
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static ReadOnlySequence<byte> WithoutMark(ReadOnlySequence<byte> line)
    {
        if (line.Length < ByteOrderMark.Length) return line;
        Span<byte> start = stackalloc byte[ByteOrderMark.Length];
        line.Slice(0, start.Length).CopyTo(start);
        return start.SequenceEqual(ByteOrderMark) ? line.Slice(start.Length) : line;
    }

    private static bool IsBlank(ReadOnlySequence<byte> line) =>
        line.Length <= 2 && line.ToArray().AsSpan().IndexOfAnyExcept("\r\n"u8) < 0;

    private static JsonDocument Parse(ReadOnlySequence<byte> line, long number)
    {
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new TransferException($"line {number}: it is no JSON object.");
            JsonDocument parsed = document;
            document = null;
            return parsed;
        }
        catch (JsonException exception)
        {
            string at = exception.BytePositionInLine is { } position ? $" at byte {position + 1}" : "";
            throw new TransferException($"line {number}: it is no JSON{at}; was the file cut off or edited?");
        }
        finally
        {
            document?.Dispose();
        }
    }
}
