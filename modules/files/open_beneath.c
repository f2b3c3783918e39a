#include "open_beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Opening a FIFO must not block, and a terminal must not become the controlling one. */
#define FINAL_FLAGS (O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* Refuses "..", which leads out, "/x", which begins at the root, and hidden files, as ".git". */
static bool is_allowed(const char *path)
{
    if (*path == '\0')
        return true;
    for (;;) {
        if (*path == '.' || *path == '/')
            return false;
        path += strcspn(path, "/");
        if (*path == '\0' || path[1] == '\0')
            return true;
        path++;
    }
}

/* In one call of the kernel, which no rename meanwhile can mislead (Linux 5.6). */
static int open_at_once(int folder, const char *path)
{
    const struct open_how how = {
        .flags = FINAL_FLAGS,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    long fd = syscall(SYS_openat2, folder, *path ? path : ".", &how, sizeof(how));
    return fd < 0 ? -errno : (int)fd;
}

/* Opens the file in the folder whose name has `length` letters. */
static int open_name(int folder, const char *name, size_t length, int flags)
{
    char copy[NAME_MAX + 1];
    if (length > NAME_MAX)
        return -ENAMETOOLONG;
    memcpy(copy, name, length);
    copy[length] = '\0';
    int fd = openat(folder, copy, flags | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* The same name by name: each is looked up in a folder that is open. */
static int open_step_by_step(int folder, const char *path)
{
    int current = folder;
    for (;;) {
        size_t length = strcspn(path, "/");
        bool last = path[length] == '\0';
        int flags = last ? FINAL_FLAGS : O_PATH | O_DIRECTORY;
        int next = length > 0 ? open_name(current, path, length, flags)
                              : open_name(current, ".", 1, FINAL_FLAGS | O_DIRECTORY);
        if (current != folder)
            close(current);
        if (next < 0 || last)
            return next;
        current = next;
        path += length + 1;
    }
}

/* Maps the errors that mean that there is no file which may be opened. */
static int simplify(int result)
{
    switch (result) {
    case -ENOTDIR:      /* a file has no files in it */
    case -ELOOP:        /* a symbolic link */
    case -EXDEV:        /* it would have led out */
    case -ENAMETOOLONG: /* no file has so long a name */
    case -ENXIO:        /* a socket */
    case -ENODEV:
        return -ENOENT;
    default:
        return result;
    }
}

int open_beneath(int folder, const char *path)
{
    if (!is_allowed(path))
        return -ENOENT;
    int fd = open_at_once(folder, path);
    if (fd == -ENOSYS || fd == -EPERM) /* an old kernel, or a sandbox that does not know the call */
        fd = open_step_by_step(folder, path);
    return simplify(fd);
}
