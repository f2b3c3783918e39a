#include "tests/support/fault_injector.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Not an errno: the call does less than it was asked to. */
#define SHORT_COUNT (-1)

struct plan {
    atomic_size_t calls;   /* made since it was armed */
    atomic_size_t fail_at; /* 0 while it is not armed */
    atomic_bool lasting;
    atomic_size_t way;
    atomic_size_t ways; /* of the call that failed; 0 while none has */
    _Atomic(const char *) name;
    atomic_int error;
};

static struct plan *plan; /* shared with the child */
static bool mine;

/*
 * Planning.
 */

void faults_prepare(void)
{
    void *shared =
        mmap(NULL, sizeof(*plan), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        abort();
    plan = shared;
}

void faults_are_mine(void)
{
    mine = true;
}

bool faults_next(struct fault *self)
{
    if (self->call > 0)
        self->misses = self->injected ? 0 : self->misses + 1;
    if (self->misses == 3)
        return false;
    if (self->way + 1 < self->ways) {
        self->way++;
    } else {
        self->call++;
        self->way = self->ways = 0;
    }
    return true;
}

void faults_arm(const struct fault *self)
{
    plan->calls = 0;
    plan->ways = 0;
    plan->way = self->way;
    plan->lasting = self->lasting;
    plan->fail_at = self->call;
}

void faults_disarm(struct fault *self)
{
    plan->fail_at = 0;
    self->injected = plan->ways > 0;
    self->ways = self->ways > plan->ways ? self->ways : plan->ways;
    self->name = plan->name;
    self->error = plan->error;
}

/*
 * Failing.
 */

/* How many calls there were before the one that is to fail; negative behind it. */
static long calls_before_failure(void)
{
    size_t fail_at = mine ? plan->fail_at : 0;
    return fail_at == 0 ? LONG_MAX : (long)fail_at - (long)atomic_fetch_add(&plan->calls, 1) - 1;
}

static int note(const char *name, int error, size_t ways)
{
    plan->name = name;
    plan->error = error;
    plan->ways = ways;
    if (error > 0)
        errno = error;
    return error;
}

static bool out_of_memory(const char *name)
{
    long before = calls_before_failure();
    if (before > 0 || (before < 0 && !plan->lasting))
        return false;
    return note(name, ENOMEM, 1);
}

/* Whether this call fails: 0 if not, else what with, which errno is set to as well. */
static int fails(const char *name, const int *errors, size_t count)
{
    if (!mine || plan->lasting || calls_before_failure() != 0)
        return 0;
    /* A call that came later than the other time may be another one, with fewer ways to fail. */
    return note(name, errors[plan->way < count ? plan->way : count - 1], count);
}

#define FAILS(name, ...)                                                                           \
    fails(name, (const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

/*
 * The calls, which the linker gives these names: see --wrap in ld(1). The errors are those of the
 * manual pages, but for those that only a mistake of the program's leads to.
 */

/* A function and the one that it stands for. */
#define WRAP(result, name, parameters)                                                             \
    result __real_##name parameters;                                                               \
    result __wrap_##name parameters

#define WRAP_ALLOCATION(name, failure, parameters, ...)                                            \
    WRAP(void *, name, parameters)                                                                 \
    {                                                                                              \
        return out_of_memory(#name) ? failure : __real_##name(__VA_ARGS__);                        \
    }

WRAP_ALLOCATION(malloc, NULL, (size_t size), size)
WRAP_ALLOCATION(calloc, NULL, (size_t count, size_t size), count, size)
WRAP_ALLOCATION(realloc, NULL, (void *memory, size_t size), memory, size)
WRAP_ALLOCATION(
    mmap, MAP_FAILED, (void *at, size_t size, int protection, int flags, int fd, off_t offset), at,
    size, protection, flags, fd, offset)

#define ERRORS(...) __VA_ARGS__

/* A function that returns -1 when it fails. */
#define WRAP_CALL(name, errors, parameters, ...)                                                   \
    WRAP(int, name, parameters)                                                                    \
    {                                                                                              \
        return FAILS(#name, errors) ? -1 : __real_##name(__VA_ARGS__);                             \
    }

WRAP_CALL(
    madvise, ERRORS(ENOMEM, EINVAL, EAGAIN), (void *at, size_t size, int advice), at, size, advice)
WRAP_CALL(mprotect, ENOMEM, (void *at, size_t size, int protection), at, size, protection)
WRAP_CALL(sigaltstack, ENOMEM, (const stack_t *stack, stack_t *before), stack, before)
WRAP_CALL(
    timer_create, ERRORS(EAGAIN, ENOMEM), (clockid_t clock, struct sigevent *event, timer_t *timer),
    clock, event, timer)
WRAP_CALL(
    socket, ERRORS(EMFILE, ENFILE, ENOBUFS, ENOMEM, EACCES, EAFNOSUPPORT),
    (int domain, int type, int protocol), domain, type, protocol)
WRAP_CALL(
    bind, ERRORS(EADDRINUSE, EACCES), (int fd, const struct sockaddr *address, socklen_t length),
    fd, address, length)
WRAP_CALL(listen, EADDRINUSE, (int fd, int backlog), fd, backlog)
WRAP_CALL(
    getsockname, ENOBUFS, (int fd, struct sockaddr *address, socklen_t *length), fd, address,
    length)
WRAP_CALL(
    getsockopt, ENOBUFS, (int fd, int level, int name, void *value, socklen_t *size), fd, level,
    name, value, size)
WRAP_CALL(
    setsockopt, ENOMEM, (int fd, int level, int name, const void *value, socklen_t size), fd, level,
    name, value, size)
WRAP_CALL(
    connect, ERRORS(ECONNREFUSED, ETIMEDOUT, ENETUNREACH, EADDRNOTAVAIL, EACCES, EAGAIN),
    (int fd, const struct sockaddr *address, socklen_t length), fd, address, length)
WRAP_CALL(
    accept4,
    ERRORS(EAGAIN, EINTR, ECONNABORTED, EPERM, EPROTO, ENETDOWN, EMFILE, ENFILE, ENOBUFS, ENOMEM),
    (int fd, struct sockaddr *address, socklen_t *length, int flags), fd, address, length, flags)
WRAP_CALL(shutdown, ENOTCONN, (int fd, int how), fd, how)
WRAP_CALL(fstat, ENOMEM, (int fd, struct stat *status), fd, status)
WRAP_CALL(
    poll, ERRORS(EINTR, ENOMEM), (struct pollfd * fds, nfds_t count, int milliseconds), fds, count,
    milliseconds)

WRAP(
    int, pthread_create,
    (pthread_t * thread, const pthread_attr_t *attributes, void *(*run)(void *), void *arg))
{
    int error = FAILS("pthread_create", EAGAIN); /* which returns it */
    return error ? error : __real_pthread_create(thread, attributes, run, arg);
}

/* The descriptor is gone even then: see close(2). */
WRAP(int, close, (int fd))
{
    int result = __real_close(fd);
    return FAILS("close", EINTR, EIO) ? -1 : result;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    bool failed = FAILS("open", EMFILE, ENFILE, ENOMEM, EINTR, EACCES);
    return failed ? -1 : __real_open(path, flags, mode);
}

int __real_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    long argument = va_arg(arguments, long);
    va_end(arguments);
    return FAILS("fcntl", EINTR) ? -1 : __real_fcntl(fd, command, argument);
}

/* A function that may also do less than it was asked to: one byte of so many. */
#define WRAP_TRANSFER(name, errors, parameters, size, ...)                                         \
    WRAP(ssize_t, name, parameters)                                                                \
    {                                                                                              \
        int error = FAILS(#name, SHORT_COUNT, errors);                                             \
        if (error == SHORT_COUNT && size > 1)                                                      \
            size = 1;                                                                              \
        return error > 0 ? -1 : __real_##name(__VA_ARGS__);                                        \
    }

WRAP_TRANSFER(
    recv, ERRORS(EAGAIN, EINTR, ECONNRESET, ETIMEDOUT, ENOMEM),
    (int fd, void *data, size_t size, int flags), size, fd, data, size, flags)
WRAP_TRANSFER(
    send, ERRORS(EAGAIN, EINTR, ECONNRESET, EPIPE, ENOBUFS, ENOMEM),
    (int fd, const void *data, size_t size, int flags), size, fd, data, size, flags)
WRAP_TRANSFER(read, ERRORS(EINTR, EIO), (int fd, void *data, size_t size), size, fd, data, size)
WRAP_TRANSFER(
    write, ERRORS(EAGAIN, EINTR, EPIPE, ENOSPC, EIO), (int fd, const void *data, size_t size), size,
    fd, data, size)

WRAP(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags))
{
    int error = FAILS("sendmsg", SHORT_COUNT, EAGAIN, EINTR, ECONNRESET, EPIPE, ENOBUFS, ENOMEM);
    if (error == SHORT_COUNT)
        return __real_send(fd, message->msg_iov[0].iov_base, 1, flags);
    return error > 0 ? -1 : __real_sendmsg(fd, message, flags);
}
