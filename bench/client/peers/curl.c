/* libcurl's multi interface with epoll(7). */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "bench/client/fetch.h"
#include "bench/measure.h"

struct run {
    CURLM *multi;
    int epoll;
    long timeout; /* milliseconds; negative is none */
    uint64_t fetched;
};

static size_t drop(char *data, size_t size, size_t count, void *unused)
{
    (void)data;
    (void)unused;
    return size * count;
}

static int set_watch(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
    struct run *self = arg;
    uint32_t events = (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);
    struct epoll_event event = {.events = events, .data.fd = fd};
    (void)easy;
    if (what == CURL_POLL_REMOVE)
        epoll_ctl(self->epoll, EPOLL_CTL_DEL, fd, &event);
    else if (epoll_ctl(self->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) < 0)
        epoll_ctl(self->epoll, EPOLL_CTL_MOD, fd, &event);
    curl_multi_assign(self->multi, fd, what == CURL_POLL_REMOVE ? NULL : self);
    return 0;
}

static int set_timeout(CURLM *multi, long timeout, void *arg)
{
    struct run *self = arg;
    (void)multi;
    self->timeout = timeout;
    return 0;
}

static void begin(struct run *self, const char *url)
{
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
    /* The program curl reads this variable, and the library does not. */
    curl_easy_setopt(easy, CURLOPT_CAINFO, getenv("SSL_CERT_FILE"));
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, 300L);
    curl_multi_add_handle(self->multi, easy);
}

static void fail(CURL *easy, CURLcode result)
{
    char why[200];
    long err = 0;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &err);
    snprintf(
        why, sizeof(why), "%s%s%s", curl_easy_strerror(result), err != 0 ? ": " : "",
        err != 0 ? strerror((int)err) : "");
    give_up(why);
}

/* A transfer that is complete begins again. */
static void begin_again(struct run *self)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(self->multi, &left))) {
        CURL *easy = message->easy_handle;
        if (message->data.result != CURLE_OK)
            fail(easy, message->data.result);
        self->fetched++;
        curl_multi_remove_handle(self->multi, easy);
        curl_multi_add_handle(self->multi, easy);
    }
}

static void turn(struct run *self)
{
    struct epoll_event events[64];
    int running;
    int timeout = self->timeout < 0 || self->timeout > 100 ? 100 : (int)self->timeout;
    int count = epoll_wait(self->epoll, events, 64, timeout);
    if (count <= 0)
        curl_multi_socket_action(self->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    for (int i = 0; i < count; i++) {
        int what = (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR) ? CURL_CSELECT_IN : 0) |
                   (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0);
        curl_multi_socket_action(self->multi, events[i].data.fd, what, &running);
    }
    begin_again(self);
}

static void run_for(void *run, double seconds)
{
    for (double end = wall_now() + seconds; wall_now() < end;)
        turn(run);
}

int main(int argc, char **argv)
{
    struct run run = {.epoll = epoll_create1(EPOLL_CLOEXEC), .timeout = -1};
    if (argc != 4)
        give_up("usage: fetch-curl URL requests|waiting COUNT");
    size_t count = strtoul(argv[3], NULL, 10);
    curl_global_init(CURL_GLOBAL_ALL);
    run.multi = curl_multi_init();
    curl_multi_setopt(run.multi, CURLMOPT_SOCKETFUNCTION, set_watch);
    curl_multi_setopt(run.multi, CURLMOPT_SOCKETDATA, &run);
    curl_multi_setopt(run.multi, CURLMOPT_TIMERFUNCTION, set_timeout);
    curl_multi_setopt(run.multi, CURLMOPT_TIMERDATA, &run);
    curl_multi_setopt(run.multi, CURLMOPT_MAXCONNECTS, (long)count);
    double before = resident_kib();
    for (size_t i = 0; i < count; i++) {
        begin(&run, argv[1]);
        turn(&run); /* or its first requests would come too late for the server */
    }
    if (strcmp(argv[2], "waiting") == 0) {
        print_waiting(count, settled_kib(run_for, &run) - before);
        return EXIT_SUCCESS;
    }
    run_for(&run, WARM_UP_SECONDS);
    double wall = wall_now(), cpu = cpu_now();
    run.fetched = 0;
    run_for(&run, RUN_SECONDS);
    print_requests(run.fetched, wall_now() - wall, cpu_now() - cpu);
    return EXIT_SUCCESS;
}
