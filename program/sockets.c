#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hob/address.h"
#include "hob/log.h"

/*
 * Inherited sockets.
 */

bool sockets_is_variable(const char *name, size_t length)
{
    static const char *const names[SOCKET_VARIABLES] = {
        "LISTEN_PID",         "LISTEN_FDS",       "LISTEN_FDNAMES", "HOB_READY_FD",
        "HOB_SOCKETS_SHARED", "HOB_SOCKET_FILES", "HOB_ADMIN_FD",
    };
    for (size_t i = 0; i < SOCKET_VARIABLES; i++) {
        if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
            return true;
    }
    return false;
}

static size_t count_names(const char *names)
{
    size_t count = 1;
    for (const char *c = names; *c; c++)
        count += *c == ':';
    return count;
}

static void inherit_one(struct sockets *self, int fd)
{
    char url[HOB_URL_SIZE];
    int err = hob_socket_url(fd, url, sizeof(url));
    if (err < 0)
        options_fail(
            "LISTEN_FDS in the environment: descriptor %d is not a stream socket that listens (%s)",
            fd, strerror(-err));
    self->fds[self->count++] = fd;
}

static void inherit_names(struct sockets *self)
{
    self->names = getenv("LISTEN_FDNAMES");
    if (self->names && count_names(self->names) != self->count)
        options_fail(
            "LISTEN_FDNAMES in the environment: '%s' does not name %zu sockets", self->names,
            self->count);
}

static bool is_pipe(int fd)
{
    struct stat stat;
    return fstat(fd, &stat) == 0 && S_ISFIFO(stat.st_mode);
}

static void inherit_admin(struct sockets *self)
{
    const char *value = getenv("HOB_ADMIN_FD");
    char url[HOB_URL_SIZE];
    size_t fd;
    if (!value)
        return;
    if (!options_parse_count(value, INT_MAX, &fd) || hob_socket_url((int)fd, url, sizeof(url)) < 0)
        options_fail("HOB_ADMIN_FD in the environment: '%s' is not a socket that listens", value);
    self->admin = (int)fd;
}

/* Reads a number and the character `end` behind it, and moves *text behind both. */
static bool read_number(const char **text, char end, uint64_t *number)
{
    char *rest;
    errno = 0;
    *number = strtoull(*text, &rest, 10);
    if (rest == *text || *rest != end || errno != 0)
        return false;
    *text = rest + 1;
    return true;
}

static bool read_file(const char **text, hob_socket_file *file)
{
    return read_number(text, ':', &file->device) && read_number(text, ',', &file->inode);
}

/*
 * The files that unix sockets have made, in the order of the sockets. An older hob does not set the
 * variable; the files are then assumed to be those at the sockets' paths.
 */
static void inherit_files(struct sockets *self)
{
    const char *text = getenv("HOB_SOCKET_FILES");
    bool known = text != NULL;
    for (size_t i = 0; i < self->count; i++) {
        known = known && read_file(&text, &self->files[i]);
        if (!known)
            hob_socket_file_of(self->fds[i], &self->files[i]);
    }
    known = known && read_file(&text, &self->admin_file);
    if (!known && self->admin >= 0)
        hob_socket_file_of(self->admin, &self->admin_file);
}

void sockets_write_files(const struct sockets *self, char *text, size_t size)
{
    size_t length = 0;
    for (size_t i = 0; i <= self->count && length < size; i++) {
        const hob_socket_file *file = i < self->count ? &self->files[i] : &self->admin_file;
        length += (size_t)snprintf(
            text + length, size - length, "%" PRIu64 ":%" PRIu64 ",", file->device, file->inode);
    }
}

/* Variables of the old process of a restart. */
static void inherit_from_old_process(struct sockets *self)
{
    const char *value = getenv("HOB_READY_FD");
    size_t fd;
    if (!value)
        return;
    if (!options_parse_count(value, INT_MAX, &fd) || !is_pipe((int)fd))
        options_fail("HOB_READY_FD in the environment: '%s' is not a pipe", value);
    self->ready = (int)fd;
    self->shared = getenv("HOB_SOCKETS_SHARED") != NULL;
    fcntl(self->ready, F_SETFD, FD_CLOEXEC);
    inherit_admin(self);
    inherit_files(self);
}

static bool inherit(struct sockets *self)
{
    const char *value = options_variable("LISTEN_FDS");
    size_t count;
    if (!value || !options_pid_is_ours("LISTEN_PID"))
        return false;
    if (!options_parse_count(value, LISTEN_MAX, &count) || count == 0)
        options_fail(
            "LISTEN_FDS in the environment: '%s' is not a number from 1 to %d", value, LISTEN_MAX);
    for (size_t i = 0; i < count; i++)
        inherit_one(self, FIRST_INHERITED + (int)i);
    inherit_names(self);
    self->shared = true;
    inherit_from_old_process(self);
    return true;
}

/*
 * Opened sockets.
 */

static void print_failure(const char *address, int err, const char *options)
{
    fprintf(stderr, "hob: cannot listen on %s: ", address);
    if (err == -EADDRINUSE)
        fprintf(stderr, "the address is in use; choose another one with %s\n", options);
    else if (err == -EEXIST)
        fputs("the file exists and is not a socket\n", stderr);
    else
        fprintf(stderr, "%s\n", strerror(-err));
}

static void close_admin(struct sockets *self)
{
    if (self->admin >= 0)
        close(self->admin);
    self->admin = -1;
}

/* Opens the sockets that are not inherited. Closes an inherited admin socket without --admin. */
static bool open_missing(struct sockets *self, const struct options *options)
{
    const char *addresses[LISTEN_MAX + 1];
    int fds[LISTEN_MAX + 1];
    size_t failed;
    size_t clients = self->inherited ? 0 : options->listen_count;
    memcpy(addresses, options->listen, clients * sizeof(addresses[0]));
    if (!options->admin)
        close_admin(self);
    bool admin = options->admin && self->admin < 0;
    addresses[clients] = options->admin;
    int err = hob_listen_all(addresses, clients + admin, fds, &failed);
    if (err < 0) {
        print_failure(addresses[failed], err, failed < clients ? "--port or --listen" : "--admin");
        return false;
    }
    for (size_t i = 0; i < clients; i++) {
        self->fds[self->count++] = fds[i];
        hob_socket_file_of(fds[i], &self->files[i]); /* zero if it is no unix socket */
    }
    if (admin) {
        self->admin = fds[clients];
        hob_socket_file_of(self->admin, &self->admin_file);
    }
    return true;
}

/* Whether an inherited socket has the name "http". With a certificate, all others are for https. */
static bool is_named_http(const struct sockets *self, size_t index)
{
    const char *name = self->names;
    for (size_t i = 0; name && i < index; i++)
        name = strchr(name, ':') + 1;
    return name && strcspn(name, ":") == strlen("http") && strncmp(name, "http", 4) == 0;
}

/* Inherited sockets without names are those of --listen, which are in the same order. */
static void set_https(struct sockets *self, const struct options *options)
{
    bool listed = self->count == options->listen_count && !self->names;
    for (size_t i = 0; i < self->count; i++)
        self->https[i] = listed ? options->listen_https[i]
                                : options_have_certificate(options) && !is_named_http(self, i);
}

bool sockets_open(struct sockets *self, const struct options *options)
{
    *self = (struct sockets){.admin = -1, .ready = -1};
    self->inherited = inherit(self);
    /* The old process of a restart passes on its flags. From other parents they are a mistake. */
    if (self->inherited && self->ready < 0 && options->listen_flag)
        options_fail(
            "%s and LISTEN_FDS in the environment do not go together: the sockets are open",
            options->listen_flag);
    bool open = open_missing(self, options);
    set_https(self, options);
    return open;
}

void sockets_close(struct sockets *self)
{
    for (size_t i = 0; i < self->count; i++)
        close(self->fds[i]);
    self->count = 0;
    close_admin(self);
}

/* Seconds to wait until a full pipe is read. Signals are not handled meanwhile. */
#define OUTPUT_TIMEOUT 1

static bool output_is_full(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&output, 1, OUTPUT_TIMEOUT * 1000) == 0;
}

static void print_socket(const char *text, int fd, bool https)
{
    char url[HOB_URL_SIZE];
    int err =
        https ? hob_socket_https_url(fd, url, sizeof(url)) : hob_socket_url(fd, url, sizeof(url));
    if (err == 0)
        printf("%s %s\n", text, url);
}

void sockets_print(const struct sockets *self)
{
    if (output_is_full()) {
        hob_log(HOB_LOG_WARN, "standard output is full: the addresses are not printed");
        return;
    }
    for (size_t i = 0; i < self->count; i++)
        print_socket("hob listens on", self->fds[i], self->https[i]);
    if (self->admin >= 0)
        print_socket("hob listens for operators on", self->admin, false);
    fflush(stdout);
}
