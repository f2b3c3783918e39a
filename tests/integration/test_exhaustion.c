/*
 * A server that runs out of threads or descriptors refuses what it cannot do, at once and in words
 * that clients understand, and goes on.
 */
#include <pthread.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "tests/support/folder_server.h"
#include "tests/support/integration.h"
#include "tests/support/memory.h"
#include "tests/support/metrics_page.h"

TestSuite(exhaustion, .timeout = 60, .init = folder_begin);

/* From now on the process has no more than so much of a resource. Returns how much it had. */
static rlim_t limit(const struct server *server, __rlimit_resource_t resource, rlim_t most)
{
    struct rlimit before;
    cr_assert_eq(prlimit(server->process->pid, resource, NULL, &before), 0);
    struct rlimit now = {.rlim_cur = most, .rlim_max = before.rlim_max};
    cr_assert_eq(prlimit(server->process->pid, resource, &now, NULL), 0);
    return before.rlim_cur;
}

static void expect_refusal(struct response response)
{
    cr_expect_eq(response.status, 503, "%d", response.status);
    cr_expect(has_field(&response, "Retry-After: 1"), "%s", response.head);
}

static sem_t forever;

static void *wait_forever(void *unused)
{
    sem_wait(&forever);
    return unused;
}

/* Starts threads until there is no memory for the stack of another one. */
static int use_up_threads(hob_response *res)
{
    pthread_t thread;
    limit_address_space(1 << 20);
    while (pthread_create(&thread, NULL, wait_forever, NULL) == 0)
        pthread_detach(thread);
    return hob_reply_text(res, 200, "there are none left");
}

static int serve_folder_or_use_up_threads(hob_request *req, hob_response *res)
{
    if (strcmp(hob_request_path(req), "/use-up") == 0)
        return use_up_threads(res);
    return serve_folder(req, res);
}

ProcessTest(exhaustion, files_are_refused_at_once_without_threads)
{
    if (SANITIZED)
        cr_skip_test("the sanitizers need memory themselves");
    folder_add_text("root/file", "text");
    struct server server = serve(serve_folder_or_use_up_threads);
    struct raw_client client = raw_connect(&server);
    cr_expect_eq(raw_exchange(&client, GET("/use-up")).status, 200);
    double begin = clock_seconds();
    for (int i = 0; i < 3; i++)
        expect_refusal(raw_exchange(&client, GET("/file")));
    cr_expect_lt(clock_seconds() - begin, 10, "no time-out is waited for");
    cr_expect_eq(server_log_count(&server, "no thread can be started"), 1);

    limit(&server, RLIMIT_AS, RLIM_INFINITY);
    cr_expect_eq(raw_exchange(&client, GET("/file")).status, 200, "the next is tried again");
}

/* The kernel has no memory to watch a descriptor; or fs.epoll.max_user_watches, see epoll(7). */
static bool epoll_is_full;
static int epoll_refusals;

/* libev calls this one. */
int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
    if (epoll_is_full && op == EPOLL_CTL_ADD) {
        epoll_refusals++;
        errno = ENOSPC;
        return -1;
    }
    return (int)syscall(SYS_epoll_ctl, epfd, op, fd, event);
}

static int fill_or_empty_epoll(hob_request *req, hob_response *res)
{
    hob_server_counts counts;
    const char *path = hob_request_path(req);
    if (strcmp(path, "/refusals") == 0)
        return reply(res, 200, "%d", epoll_refusals);
    epoll_is_full = strcmp(path, "/full") == 0;
    hob_server_count(hob_request_server(req), &counts);
    return reply(res, 200, "%d", (int)counts.rejects[HOB_REJECT_MEMORY]);
}

ClientTest(exhaustion, unwatchable_connections_are_closed, serve(fill_or_empty_epoll))
{
    cr_expect_str_eq(raw_exchange(client, GET("/full")).body, "0");
    for (int i = 0; i < 3; i++) {
        struct raw_client refused = raw_connect(&server);
        cr_expect(raw_ended(&refused));
    }
    cr_expect_eq(server_log_count(&server, "a connection is closed"), 1);
    cr_expect_str_eq(raw_exchange(client, GET("/empty")).body, "3");
    cr_expect_eq(get(&server, "/empty")->status, 200);
    cr_expect_eq(server_stop(&server), 0);
    cr_expect(server_logs(&server, "a connection is closed: Cannot allocate memory: 2 times more"));
}

/* After a pause for want of descriptors, when it is watched again. */
ClientTest(exhaustion, an_unwatchable_listener_is_tried_again, serve(fill_or_empty_epoll))
{
    raw_exchange(client, GET("/full"));
    rlim_t before = limit(&server, RLIMIT_NOFILE, STDERR_FILENO + 1);
    raw_connect(&server);
    cr_expect(server_logs(&server, "new connections have to wait"));
    limit(&server, RLIMIT_NOFILE, before);
    struct raw_client waiting = raw_connect(&server);
    cr_expect(eventually(strcmp(raw_exchange(client, GET("/refusals")).body, "0") != 0));
    raw_exchange(client, GET("/empty"));
    cr_expect_eq(raw_exchange(&waiting, GET("/other")).status, 200);
}

/* Bytes of address space that the process uses. */
static rlim_t address_space(const struct server *server)
{
    const char *path = formatted("/proc/%d/statm", (int)server->process->pid);
    return number_in(path) * (rlim_t)page_size();
}

/* Orders that the answer says have begun. None is number 0. */
static size_t count_begun(const char *json)
{
    size_t count = 0;
    const char *next = strchr(json, '[');
    while (next && *next != ']') {
        cr_expect_gt(strtoul(next + 1, NULL, 10), 0);
        next = strpbrk(next + 1, ",]");
        count++;
    }
    return count;
}

/*
 * Stacks take 192 KiB each, as long as they fit. malloc() gets the rest of 176 KiB, since it grows
 * by 132 KiB: without that no coroutine could begin another.
 */
#define SPACE_LEFT ((32 << 20) + (48 << 10))

ProcessTest(exhaustion, orders_that_cannot_begin_are_not_said_to_have)
{
    enum { WANTED = 1000 };
    if (SANITIZED)
        cr_skip_test("the sanitizers need memory themselves");
    struct server server = server_start();
    cr_expect_eq(get(&server, "/ping")->status, 200);
    rlim_t before = limit(&server, RLIMIT_AS, address_space(&server) + SPACE_LEFT);
    struct order *taken = request(&server, "POST", "/orders?dish=meal&count=1000");
    const char *refused = strstr(taken->body.bytes, "\"refused\":");
    cr_expect_eq(taken->status, 202);
    cr_expect_not_null(refused, "%s", taken->body.bytes);
    size_t begun = count_begun(taken->body.bytes);
    cr_expect_gt(begun, 0);
    cr_expect_eq(
        begun + (refused ? strtoul(refused + strlen("\"refused\":"), NULL, 10) : 0), WANTED);
    cr_expect(server_logs(&server, "orders failed, the last one (meal) with: Cannot allocate"));

    limit(&server, RLIMIT_AS, before);
    cr_expect_eq(get(&server, "/ping")->status, 200);
    cr_expect_geq(metric(&server, "hob_orders_failed_total"), (double)(WANTED - begun));
    cr_expect_eq(request(&server, "POST", "/orders?dish=noodles&count=100")->status, 202);
}

static int count_rejects(hob_request *req, hob_response *res)
{
    hob_server_counts counts;
    if (strcmp(hob_request_path(req), "/rejects") != 0)
        return serve_folder(req, res);
    hob_server_count(hob_request_server(req), &counts);
    return reply(res, 200, "%d", (int)counts.rejects[HOB_REJECT_DESCRIPTORS]);
}

ProcessTest(exhaustion, files_are_refused_when_there_is_no_descriptor)
{
    folder_add_text("root/file", "text");
    struct server server = serve(count_rejects);
    struct raw_client client = raw_connect(&server);
    cr_expect_eq(raw_exchange(&client, GET("/file")).status, 200);
    rlim_t before = limit(&server, RLIMIT_NOFILE, STDERR_FILENO + 1);
    for (int i = 0; i < 3; i++)
        expect_refusal(raw_exchange(&client, GET("/file")));
    cr_expect_eq(server_log_count(&server, "cannot be opened"), 0, "the folder is not to blame");
    cr_expect_str_eq(raw_exchange(&client, GET("/rejects")).body, "3");
    cr_expect_eq(server_log_count(&server, "Too many open files"), 1);

    limit(&server, RLIMIT_NOFILE, before);
    cr_expect_eq(raw_exchange(&client, GET("/file")).status, 200);
    raw_close(&client);
    cr_expect_eq(server_stop(&server), 0);
    cr_expect(server_logs(&server, "Too many open files: 2 times more"));
}

/* More than the kernel takes for a client that does not read. */
#define LARGE ((size_t)32 * 1024 * 1024)

/* Of 64 descriptors, 37 are for clients: a download takes two of them. */
ProcessTest(exhaustion, downloads_count_in_the_sum_of_descriptors)
{
    enum { DOWNLOADS = 18 };
    static struct raw_client clients[DOWNLOADS], last;
    struct rlimit all, few;
    folder_add("root/large", zero_pages(LARGE), LARGE);
    getrlimit(RLIMIT_NOFILE, &all);
    few = (struct rlimit){.rlim_cur = 64, .rlim_max = all.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
    struct server server = serve(serve_folder);
    setrlimit(RLIMIT_NOFILE, &all);
    cr_expect_eq(get(&server, "/other")->status, 200);
    size_t idle = process_descriptors(server.process);

    for (size_t i = 0; i < DOWNLOADS; i++) {
        clients[i] = raw_connect(&server);
        raw_send(&clients[i], GET("/large"));
    }
    cr_expect(
        eventually(process_descriptors(server.process) >= idle + 2 * DOWNLOADS - 1),
        "%zu descriptors", process_descriptors(server.process));
    for (size_t i = 0; i < 2; i++) { /* one of the two may have been the last with room */
        last = raw_connect(&server);
        raw_send(&last, GET("/other"));
    }
    expect_refusal(raw_receive(&last));
    for (size_t i = 0; i < DOWNLOADS; i++)
        raw_reset(&clients[i]);
    cr_expect(eventually(get(&server, "/other")->status == 200), "there is room again");
}
