using System.Text;

namespace Broker.Diagnostics;

/// <summary>Names of members as they stand in tags of metrics.</summary>
internal static class SnakeCase
{
    /// <summary><c>QueueFull</c> becomes <c>queue_full</c>.</summary>
    public static string Of(string name)
    {
        StringBuilder snake = new(name.Length + 4);
        for (int i = 0; i < name.Length; i++)
        {
            if (char.IsUpper(name[i]) && i > 0) snake.Append('_');
            snake.Append(char.ToLowerInvariant(name[i]));
        }
        return snake.ToString();
    }
}
