#include "unix_path.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The kernel cuts this down to net.core.somaxconn. */
#define QUEUE 65535

/* Attempts to lock a folder, a hundredth of a second apart: two seconds in all. */
#define LOCK_TRIES 200

/*
 * Locks the folder of a path: between bind(2) and listen(2), a starting server looks like one that
 * has ended, whose file may be replaced. Returns a descriptor to close; -EWOULDBLOCK if the folder
 * stays locked, or another negative errno if it cannot be locked.
 */
static int lock_folder(const hob_address *address)
{
    static const struct timespec nap = {.tv_nsec = 10000000};
    char folder[sizeof(address->local.sun_path)];
    memcpy(folder, address->local.sun_path, sizeof(folder));
    int fd = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int err = fd < 0 ? -errno : -EWOULDBLOCK;
    for (int i = 0; fd >= 0 && i < LOCK_TRIES && err == -EWOULDBLOCK; i++) {
        if (i > 0)
            nanosleep(&nap, NULL);
        err = flock(fd, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
    }
    if (fd >= 0 && err < 0)
        close(fd);
    return err < 0 ? err : fd;
}

static int bind_to(int fd, const hob_address *address)
{
    return bind(fd, &address->any, address->length) < 0 ? -errno : 0;
}

/* Returns whether a server listens there, also one with a full queue. */
static bool is_alive(const hob_address *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool alive =
        fd < 0 || connect(fd, &address->any, address->length) == 0 || errno != ECONNREFUSED;
    if (fd >= 0)
        close(fd);
    return alive;
}

/*
 * Replaces the file of a server that has ended: the kernel does not remove it, and does not bind to
 * an existing path.
 */
static int bind_to_path(int fd, const hob_address *address)
{
    struct stat file;
    const char *path = address->local.sun_path;
    int err = bind_to(fd, address);
    if (err != -EADDRINUSE || lstat(path, &file) < 0)
        return err;
    if (!S_ISSOCK(file.st_mode))
        return -EEXIST;
    if (is_alive(address))
        return -EADDRINUSE;
    if (unlink(path) < 0)
        return -errno;
    return bind_to(fd, address);
}

int unix_path_listen(int fd, const hob_address *address)
{
    int lock = lock_folder(address);
    if (lock == -EWOULDBLOCK)
        return -EADDRINUSE;
    int err = bind_to_path(fd, address);
    if (err == 0 && listen(fd, QUEUE) < 0)
        err = -errno;
    if (lock >= 0)
        close(lock);
    return err;
}

int unix_path_file(const char *path, hob_socket_file *file)
{
    struct stat stat;
    if (lstat(path, &stat) < 0)
        return -errno;
    *file = (hob_socket_file){.device = stat.st_dev, .inode = stat.st_ino};
    return 0;
}

void unix_path_remove(const char *path, const hob_socket_file *file)
{
    hob_socket_file now = {0};
    if (unix_path_file(path, &now) == 0 && now.device == file->device && now.inode == file->inode)
        unlink(path);
}
