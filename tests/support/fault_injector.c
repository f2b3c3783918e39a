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

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return out_of_memory("malloc") ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return out_of_memory("calloc") ? NULL : __real_calloc(count, size);
}

void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size)
{
    return out_of_memory("realloc") ? NULL : __real_realloc(memory, size);
}

void *__real_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
    if (out_of_memory("mmap"))
        return MAP_FAILED;
    return __real_mmap(at, size, protection, flags, fd, offset);
}

int __real_madvise(void *at, size_t size, int advice);
int __wrap_madvise(void *at, size_t size, int advice)
{
    return FAILS("madvise", ENOMEM, EINVAL, EAGAIN) ? -1 : __real_madvise(at, size, advice);
}

int __real_mprotect(void *at, size_t size, int protection);
int __wrap_mprotect(void *at, size_t size, int protection)
{
    return FAILS("mprotect", ENOMEM) ? -1 : __real_mprotect(at, size, protection);
}

int __real_sigaltstack(const stack_t *stack, stack_t *before);
int __wrap_sigaltstack(const stack_t *stack, stack_t *before)
{
    return FAILS("sigaltstack", ENOMEM) ? -1 : __real_sigaltstack(stack, before);
}

int __real_timer_create(clockid_t clock, struct sigevent *event, timer_t *timer);
int __wrap_timer_create(clockid_t clock, struct sigevent *event, timer_t *timer)
{
    return FAILS("timer_create", EAGAIN, ENOMEM) ? -1 : __real_timer_create(clock, event, timer);
}

int __real_pthread_create(
    pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *arg);
int __wrap_pthread_create(
    pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *arg)
{
    int error = FAILS("pthread_create", EAGAIN); /* which returns it */
    return error ? error : __real_pthread_create(thread, attributes, run, arg);
}

int __real_socket(int domain, int type, int protocol);
int __wrap_socket(int domain, int type, int protocol)
{
    if (FAILS("socket", EMFILE, ENFILE, ENOBUFS, ENOMEM, EACCES, EAFNOSUPPORT))
        return -1;
    return __real_socket(domain, type, protocol);
}

int __real_bind(int fd, const struct sockaddr *address, socklen_t length);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t length)
{
    return FAILS("bind", EADDRINUSE, EACCES) ? -1 : __real_bind(fd, address, length);
}

int __real_listen(int fd, int backlog);
int __wrap_listen(int fd, int backlog)
{
    return FAILS("listen", EADDRINUSE) ? -1 : __real_listen(fd, backlog);
}

int __real_getsockname(int fd, struct sockaddr *address, socklen_t *length);
int __wrap_getsockname(int fd, struct sockaddr *address, socklen_t *length)
{
    return FAILS("getsockname", ENOBUFS) ? -1 : __real_getsockname(fd, address, length);
}

int __real_getsockopt(int fd, int level, int name, void *value, socklen_t *size);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *size)
{
    return FAILS("getsockopt", ENOBUFS) ? -1 : __real_getsockopt(fd, level, name, value, size);
}

int __real_connect(int fd, const struct sockaddr *address, socklen_t length);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t length)
{
    if (FAILS("connect", ECONNREFUSED, ETIMEDOUT, ENETUNREACH, EADDRNOTAVAIL, EACCES, EAGAIN))
        return -1;
    return __real_connect(fd, address, length);
}

ssize_t __real_send(int fd, const void *data, size_t size, int flags);
ssize_t __real_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags)
{
    int error = FAILS("sendmsg", SHORT_COUNT, EAGAIN, EINTR, ECONNRESET, EPIPE, ENOBUFS, ENOMEM);
    if (error == SHORT_COUNT)
        return __real_send(fd, message->msg_iov[0].iov_base, 1, flags);
    return error > 0 ? -1 : __real_sendmsg(fd, message, flags);
}

int __real_setsockopt(int fd, int level, int name, const void *value, socklen_t size);
int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
    return FAILS("setsockopt", ENOMEM) ? -1 : __real_setsockopt(fd, level, name, value, size);
}

int __real_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
    if (FAILS(
            "accept4", EAGAIN, EINTR, ECONNABORTED, EPERM, EPROTO, ENETDOWN, EMFILE, ENFILE,
            ENOBUFS, ENOMEM))
        return -1;
    return __real_accept4(fd, address, length, flags);
}

ssize_t __real_recv(int fd, void *data, size_t size, int flags);
ssize_t __wrap_recv(int fd, void *data, size_t size, int flags)
{
    int error = FAILS("recv", SHORT_COUNT, EAGAIN, EINTR, ECONNRESET, ETIMEDOUT, ENOMEM);
    return error > 0 ? -1 : __real_recv(fd, data, error == SHORT_COUNT ? 1 : size, flags);
}

ssize_t __wrap_send(int fd, const void *data, size_t size, int flags)
{
    int error = FAILS("send", SHORT_COUNT, EAGAIN, EINTR, ECONNRESET, EPIPE, ENOBUFS, ENOMEM);
    return error > 0 ? -1 : __real_send(fd, data, error == SHORT_COUNT ? 1 : size, flags);
}

int __real_shutdown(int fd, int how);
int __wrap_shutdown(int fd, int how)
{
    return FAILS("shutdown", ENOTCONN) ? -1 : __real_shutdown(fd, how);
}

/* The descriptor is gone even then: see close(2). */
int __real_close(int fd);
int __wrap_close(int fd)
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
    return FAILS("open", EMFILE, ENFILE, ENOMEM, EINTR, EACCES) ? -1
                                                                : __real_open(path, flags, mode);
}

int __real_fstat(int fd, struct stat *status);
int __wrap_fstat(int fd, struct stat *status)
{
    return FAILS("fstat", ENOMEM) ? -1 : __real_fstat(fd, status);
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

ssize_t __real_read(int fd, void *data, size_t size);
ssize_t __wrap_read(int fd, void *data, size_t size)
{
    int error = FAILS("read", SHORT_COUNT, EINTR, EIO);
    return error > 0 ? -1 : __real_read(fd, data, error == SHORT_COUNT && size > 1 ? 1 : size);
}

int __real_poll(struct pollfd *fds, nfds_t count, int milliseconds);
int __wrap_poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
    return FAILS("poll", EINTR, ENOMEM) ? -1 : __real_poll(fds, count, milliseconds);
}

ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size)
{
    int error = FAILS("write", SHORT_COUNT, EAGAIN, EINTR, EPIPE, ENOSPC, EIO);
    return error > 0 ? -1 : __real_write(fd, data, error == SHORT_COUNT ? 1 : size);
}
