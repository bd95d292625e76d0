using System.Text;
using Broker.Security;

namespace Broker.Messages;

/// <summary>A topic name, once as text for the trees and once as the bytes that are sent.</summary>
internal sealed class Topic
{
    public Topic(string name, byte[] utf8)
    {
        Name = name;
        Utf8 = utf8;
    }

    public Topic(string name)
        : this(name, Encoding.UTF8.GetBytes(name))
    {
    }

    /// <summary>The name, mount point included.</summary>
    public string Name { get; }

    /// <summary>The same in UTF-8.</summary>
    public byte[] Utf8 { get; }

    /// <summary>
    /// Whether it is one of the broker's own topics, or looks like a shared subscription: no client publishes there.
    /// </summary>
    public bool IsOfServer => AccessDecisions.IsOfServer(Name);

    public override string ToString() => Name;
}
