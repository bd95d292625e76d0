namespace Broker.Persistence;

/// <summary>Why a store could not be opened.</summary>
public enum StoreTroubleKind
{
    /// <summary>The location is not one that a store can be at.</summary>
    BadLocation,
    /// <summary>
    /// The file cannot be read or written: permissions, a missing folder, a full disk. The server is out of reach, or refuses.
    /// </summary>
    Unreachable,
    /// <summary>Another process has it open.</summary>
    InUse,
    /// <summary>There is no file.</summary>
    Missing,
    /// <summary>It has the tables of an older release, and was not to be brought up to date.</summary>
    Older,
    /// <summary>It is to be filled from an export, and something is in it already.</summary>
    NotEmpty,
    /// <summary>Half of an import is in it.</summary>
    HalfImported,
    /// <summary>It was written by a newer release.</summary>
    Newer,
    /// <summary>It is a file, or has tables, of another program, which are left alone.</summary>
    Foreign,
    /// <summary>It is the persistence file of mosquitto, which is left alone.</summary>
    Mosquittos,
    /// <summary>It is damaged: move it aside, or stop.</summary>
    Damaged,
}

/// <summary>Why a store could not be opened, as a value.</summary>
/// <param name="Kind">What kind of reason.</param>
/// <param name="Sentence">For the operator: which file or server, what is wrong, how to mend it.</param>
public sealed record StoreTrouble(StoreTroubleKind Kind, string Sentence)
{
    /// <summary>The file, when it is one that cannot be read or written; null otherwise.</summary>
    public string? Path { get; init; }
}
