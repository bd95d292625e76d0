namespace Broker.Configuration.Mosquitto;

/// <summary>Makes rows of the directive table.</summary>
internal static class Row
{
    /// <summary>A directive that works.</summary>
    public static Directive Works<TTarget, TValue>(
        string name, DirectiveTarget<TTarget> target, ValueKind<TValue> kind, string byDefault,
        Action<TTarget, TValue, DirectiveContext> take)
        where TTarget : class => new()
        {
            Name = name,
            Scope = target.Scope,
            Values = kind.Description,
            Default = byDefault,
            Status = DirectiveStatus.Implemented,
            Bind = context =>
            {
                if (TryRead(context, target, kind, out TTarget? part, out TValue? value)) take(part, value, context);
            },
        };

    /// <summary>A directive that works and needs nothing but its value.</summary>
    public static Directive Works<TTarget, TValue>(
        string name, DirectiveTarget<TTarget> target, ValueKind<TValue> kind, string byDefault, Action<TTarget, TValue> take)
        where TTarget : class => Works(name, target, kind, byDefault, (part, value, _) => take(part, value));

    /// <summary>A directive that is read, checked and reported, and does nothing.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="target">What it would be taken over into.</param>
    /// <param name="kind">What it takes.</param>
    /// <param name="byDefault">What holds without it.</param>
    /// <param name="status">Whether that is a note, a warning or an error.</param>
    /// <param name="note">Why it does nothing.</param>
    /// <param name="isHarmless">Values that ask for nothing, about which nothing is said.</param>
    public static Directive Idle<TTarget, TValue>(
        string name, DirectiveTarget<TTarget> target, ValueKind<TValue> kind, string byDefault, DirectiveStatus status,
        string note, Func<TValue, bool>? isHarmless = null)
        where TTarget : class => Works(name, target, kind, byDefault, (_, value, context) =>
        {
            if (isHarmless is null || !isHarmless(value)) Report(context, status, note);
        }) with { Status = status, Note = note };

    /// <summary>A directive that mosquitto itself only warns about, without a look at its value.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="target">What it would be taken over into.</param>
    /// <param name="sentence">mosquitto's warning.</param>
    /// <param name="note">Why it does nothing.</param>
    public static Directive Gone<TTarget>(string name, DirectiveTarget<TTarget> target, string sentence, string note)
        where TTarget : class => Works(name, target, ValueKinds.Anything, "none", (_, _, context) =>
        {
            context.Report.Warning(context.At, $"'{context.Name}' has no effect: {note}", sentence);
        }) with { Status = DirectiveStatus.Accepted, Note = note, Accumulates = true };

    /// <summary>Says that a directive does nothing.</summary>
    public static void Report(DirectiveContext context, DirectiveStatus status, string note)
    {
        switch (status)
        {
            case DirectiveStatus.Accepted:
                context.Report.Note(context.At, $"'{context.Name}' has no effect: {note}", "no-effect");
                break;
            case DirectiveStatus.NotSupported:
                context.Report.Warning(
                    context.At, $"'{context.Name}' is not supported yet and has no effect: {note}", rule: "not-supported");
                break;
            case DirectiveStatus.Refused:
                context.Report.Error(context.At, $"'{context.Name}' is not supported yet: {note}", rule: "not-supported");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(status), status, "a directive that works has nothing to report");
        }
    }

    private static bool TryRead<TTarget, TValue>(
        DirectiveContext context, DirectiveTarget<TTarget> target, ValueKind<TValue> kind,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out TTarget? part,
        [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TValue value)
        where TTarget : class
    {
        value = default;
        part = target.Resolve(context);
        if (part is null) return false;
        if (!kind.Read(context, out value) || !IsFirst(context, target.Given(context))) return false;
        context.Builder.Said.Add(new SaidDirective(
            context.Directive, context.At, context.PlaceOf(context.Value), context.Value.Text, part));
        return true;
    }

    /// <summary>Remembers the place; a second one is an error or a warning that names the first.</summary>
    private static bool IsFirst(DirectiveContext context, Dictionary<string, SourcePosition> given)
    {
        Directive directive = context.Directive;
        bool isSecond = given.TryGetValue(directive.Name, out SourcePosition earlier) && !directive.Accumulates;
        given[directive.Name] = context.At;
        if (!isSecond) return true;
        if (directive.IsDuplicateAnError)
        {
            context.Report.Error(
                context.At, $"'{context.Name}' was given before, at {earlier}",
                directive.DuplicateSentence ?? $"Error: Duplicate '{context.Name}' value in configuration.");
            return false;
        }
        context.Report.Warning(context.At, $"'{context.Name}' was given before, at {earlier}; this one counts");
        return true;
    }
}
