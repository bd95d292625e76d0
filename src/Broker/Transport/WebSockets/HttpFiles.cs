using System.Runtime.InteropServices;
using Broker.Diagnostics;
using Microsoft.AspNetCore.StaticFiles;

namespace Broker.Transport.WebSockets;

/// <summary>Serves the files of <c>http_dir</c>. What a path means, links included, is asked of the file system.</summary>
internal static partial class HttpFiles
{
    private static readonly FileExtensionContentTypeProvider Types = new();

    /// <summary>Answers a request that is no upgrade.</summary>
    /// <param name="context">The request.</param>
    /// <param name="folder">The folder, a full path.</param>
    public static async Task ServeAsync(HttpContext context, string folder)
    {
        HttpResponse response = context.Response;
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            response.Headers.Allow = "GET, HEAD";
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }
        // This is a thread that moves bytes; the file system may take its time.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (Find(folder, context.Request.Path.Value ?? "/") is not { } file)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            response.ContentType = "text/plain; charset=utf-8";
            await response.WriteAsync("No such file.\n");
            return;
        }
        response.ContentType = Types.TryGetContentType(file.Name, out string? type) ? type : "application/octet-stream";
        response.ContentLength = file.Length;
        response.Headers.XContentTypeOptions = "nosniff";
        if (HttpMethods.IsGet(context.Request.Method)) await response.SendFileAsync(file.FullName, context.RequestAborted);
    }

    // The path is decoded already. Only a file whose real place is below the folder's real place is served.
    private static FileInfo? Find(string folder, string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal)) return null;
        if (path.Split('/').Any(part => part.StartsWith('.'))) return null;
        if (path.EndsWith('/')) path += "index.html";
        if (RealPath(folder) is not { } root || RealPath(folder + "/" + path) is not { } real) return null;
        if (!real.StartsWith(root.EndsWith('/') ? root : root + "/", StringComparison.Ordinal)) return null;
        var file = new FileInfo(real);
        // To open a pipe would hold this thread until somebody writes into it.
        return file.Exists && FileTrouble.IsRegularFile(real) && IsReadable(file) ? file : null;
    }

    private static bool IsReadable(FileInfo file)
    {
        try
        {
            using FileStream opened = file.OpenRead();
            return true;
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            return false; // To the outside the same as a file that is not there.
        }
    }

    private static string? RealPath(string path)
    {
        if (OperatingSystem.IsWindows()) return Path.GetFullPath(path);
        nint text = realpath(path, 0);
        if (text == 0) return null;
        try
        {
            return Marshal.PtrToStringUTF8(text);
        }
        finally
        {
            free(text);
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint realpath(string path, nint into);

    [LibraryImport("libc")]
    private static partial void free(nint text);
}
