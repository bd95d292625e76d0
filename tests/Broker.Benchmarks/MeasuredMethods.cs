using System.Reflection;
using BenchmarkDotNet.Attributes;
using Broker.Benchmarks.Allocations;

namespace Broker.Benchmarks;

/// <summary>Finds the benchmarks of an assembly: the same methods that are timed.</summary>
internal static class MeasuredMethods
{
    /// <summary>All of them by name. Each has an object of its class to itself, made when its turn comes.</summary>
    /// <exception cref="InvalidOperationException">A benchmark is written in a way that is not measured here.</exception>
    public static IEnumerable<MeasuredMethod> In(Assembly assembly) =>
        from type in assembly.GetTypes()
        from method in With<BenchmarkAttribute>(type)
        orderby $"{type.Name}.{method.Name}"
        select Of(type, method);

    private static MeasuredMethod Of(Type type, MethodInfo method)
    {
        bool isVaried = type.GetMembers().Any(static member =>
            member.IsDefined(typeof(ParamsAttribute)) || member.IsDefined(typeof(GlobalSetupAttribute)));
        if (method.ReturnType != typeof(int) || method.GetParameters().Length > 0 || isVaried)
            throw new InvalidOperationException(
                $"{type.Name}.{method.Name}: a benchmark returns an int, takes nothing, and its constructor is its set-up.");
        object target = Activator.CreateInstance(type)!;
        return new MeasuredMethod(
            $"{type.Name}.{method.Name}",
            method.GetCustomAttribute<BenchmarkAttribute>()!.OperationsPerInvoke,
            method.CreateDelegate<Func<int>>(target),
            With<GlobalCleanupAttribute>(type).SingleOrDefault()?.CreateDelegate<Action>(target) ?? (static () => { }));
    }

    private static IEnumerable<MethodInfo> With<TAttribute>(Type type)
        where TAttribute : Attribute =>
        type.GetMethods().Where(static method => method.IsDefined(typeof(TAttribute)));
}
