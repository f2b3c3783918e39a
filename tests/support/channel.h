/*
 * Pipes and sockets for tests of descriptors. Bytes written to ends[1] can be read from ends[0].
 */
#ifndef HOB_TESTS_SUPPORT_CHANNEL_H
#define HOB_TESTS_SUPPORT_CHANNEL_H

#include <fcntl.h>
#include <sys/socket.h>

#include "tests/support/coroutine.h"

static inline void open_pipe(int ends[2])
{
    cr_expect_eq(pipe2(ends, O_NONBLOCK), 0);
}

static inline void open_sockets(int ends[2])
{
    cr_expect_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
}

static inline void close_both(const int ends[2])
{
    if (ends[0] >= 0)
        close(ends[0]);
    if (ends[1] >= 0)
        close(ends[1]);
}

static inline void fill(int fd)
{
    static const char block[4096];
    while (write(fd, block, sizeof(block)) > 0)
        ;
}

static inline void drain(int fd)
{
    char block[4096];
    while (read(fd, block, sizeof(block)) > 0)
        ;
}

static inline void put_data(const int ends[2])
{
    cr_expect_eq(write(ends[1], "x", 1), 1);
}

/* A CoroutineTest with the ends of what `open` opens, that its body uses as `ends`. */
#define ChannelTest(suite, name, open)                                                             \
    static void suite##_##name##_on(int *ends);                                                    \
    CoroutineTest(suite, name)                                                                     \
    {                                                                                              \
        int ends[2];                                                                               \
        open(ends);                                                                                \
        suite##_##name##_on(ends);                                                                 \
        close_both(ends);                                                                          \
    }                                                                                              \
    static void suite##_##name##_on(int *ends)

#endif
