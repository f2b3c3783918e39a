#include "tests/support/bad_wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/clock.h"

#define DEVICE      "hob0"
#define PACKET_SIZE 2048 /* a device carries up to 1,500 bytes, by default */

struct packet {
    struct packet *next;
    double due;
    int to;
    size_t size;
    char bytes[PACKET_SIZE];
};

enum { NEAR, FAR };
static const char *const addresses[] = {WIRE_NEAR_ADDRESS, WIRE_FAR_ADDRESS};

/*
 * Making it.
 */

static void set_address(struct ifreq *request, const char *address)
{
    struct sockaddr_in ipv4 = {.sin_family = AF_INET};
    inet_pton(AF_INET, address, &ipv4.sin_addr);
    memcpy(&request->ifr_addr, &ipv4, sizeof(ipv4));
}

/* The device of this namespace goes up, with its own address and that of the other end. */
static int configure(int which)
{
    struct ifreq request = {.ifr_name = DEVICE};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    set_address(&request, addresses[which]);
    int result = ioctl(fd, SIOCSIFADDR, &request);
    if (result == 0) {
        set_address(&request, addresses[!which]);
        result = ioctl(fd, SIOCSIFDSTADDR, &request);
    }
    if (result == 0) {
        request.ifr_flags = IFF_UP | IFF_RUNNING;
        result = ioctl(fd, SIOCSIFFLAGS, &request);
    }
    int err = result < 0 ? -errno : 0;
    close(fd);
    return err;
}

/* Makes a namespace, goes there, and makes an end of the wire in it. */
static int make_end(struct bad_wire *self, int which)
{
    struct ifreq request = {.ifr_name = DEVICE, .ifr_flags = IFF_TUN | IFF_NO_PI};
    if (unshare(CLONE_NEWNET) < 0)
        return -errno;
    self->namespaces[which] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    self->ends[which] = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (self->namespaces[which] < 0 || self->ends[which] < 0)
        return -errno;
    if (ioctl(self->ends[which], TUNSETIFF, &request) < 0)
        return -errno;
    return configure(which);
}

/*
 * Carrying packets: on a thread.
 */

static double chance(struct bad_wire *self)
{
    return (double)rand_r(&self->random) / RAND_MAX;
}

static void put_on_the_way(struct bad_wire *self, struct packet *packet)
{
    double span = self->longest_delay - self->shortest_delay;
    packet->due = clock_seconds() + self->shortest_delay + span * chance(self);
    struct packet **place = &self->first;
    while (*place && (*place)->due <= packet->due)
        place = &(*place)->next;
    self->overtaken += *place != NULL;
    packet->next = *place;
    *place = packet;
}

static void take_from(struct bad_wire *self, int which)
{
    for (;;) {
        struct packet *packet = malloc(sizeof(*packet));
        if (!packet)
            return;
        ssize_t size = read(self->ends[which], packet->bytes, sizeof(packet->bytes));
        if (size <= 0 || chance(self) < self->loss) {
            free(packet);
            if (size <= 0)
                return;
            self->lost++;
            continue;
        }
        packet->size = (size_t)size;
        packet->to = !which;
        put_on_the_way(self, packet);
    }
}

static void deliver(struct bad_wire *self)
{
    double now = clock_seconds();
    while (self->first && self->first->due <= now) {
        struct packet *packet = self->first;
        self->first = packet->next;
        ssize_t written = write(self->ends[packet->to], packet->bytes, packet->size);
        self->carried += written > 0;
        free(packet);
    }
}

static void *carry(void *arg)
{
    struct bad_wire *self = arg;
    struct pollfd ends[] = {
        {.fd = self->ends[NEAR], .events = POLLIN},
        {.fd = self->ends[FAR], .events = POLLIN},
    };
    while (!self->over) {
        poll(ends, 2, 1);
        take_from(self, NEAR);
        take_from(self, FAR);
        deliver(self);
    }
    return NULL;
}

/*
 * The interface.
 */

int wire_open(struct bad_wire *self)
{
    int err = make_end(self, FAR);
    if (err == 0)
        err = make_end(self, NEAR);
    return err;
}

int wire_carry(struct bad_wire *self)
{
    return -pthread_create(&self->thread, NULL, carry, self);
}

static void go(const struct bad_wire *self, int which)
{
    if (setns(self->namespaces[which], CLONE_NEWNET) < 0)
        abort();
}

void wire_go_far(const struct bad_wire *self)
{
    go(self, FAR);
}

void wire_go_near(const struct bad_wire *self)
{
    go(self, NEAR);
}

void wire_close(struct bad_wire *self)
{
    self->over = true;
    pthread_join(self->thread, NULL);
    while (self->first) {
        struct packet *packet = self->first;
        self->first = packet->next;
        free(packet);
    }
    for (int i = 0; i < 2; i++) {
        close(self->ends[i]);
        close(self->namespaces[i]);
    }
}
