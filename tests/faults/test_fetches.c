/*
 * Whatever call of the client's fails, once, in whatever way, and when there is no memory any more:
 * the fetch succeeds or returns an error, nothing is lost, and the next fetch succeeds.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hob/client.h"
#include "hob/codings.h"
#include "tests/support/coroutine.h"
#include "tests/support/criterion.h"
#include "tests/support/descriptors.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/fault_injector.h"

TestSuite(failing_fetches, .timeout = 300);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OK           "HTTP/1.1 200 OK\r\n"

/* A redirect, a connection that ends, chunks, and a body that ends with the connection. */
static const struct act acts[] = {
    {"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 2\r\n\r\n->"},
    {OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", .slow = true},
    {OK "Connection: close\r\nContent-Length: 5\r\n\r\nhello", THEN_CLOSE},
    {OK "\r\nhello", THEN_CLOSE},
    {OK "Content-Length: 5\r\n\r\nhello"},
};

/* The acts of a server. */
struct script {
    const struct act *acts;
    size_t count;
    char address[128];
};

static int serve_for_ever(void *arg)
{
    const struct script *script = arg;
    struct fake_upstream upstream;
    fake_upstream_start_at(&upstream, script->address, script->acts, script->count);
    while (hob_sleep(0.001) == 0) {
        if (upstream.requests >= script->count)
            upstream.requests = 0; /* from the beginning */
    }
    return 0;
}

/* A server in another process: its calls do not fail. */
static pid_t start_server(struct script *script)
{
    struct listening listening = listening_open();
    snprintf(script->address, sizeof(script->address), "%s", listening.text);
    listening_close(&listening);
    pid_t pid = fork();
    if (pid == 0)
        _exit(hob_block_on(serve_for_ever, script) < 0);
    return pid;
}

struct set {
    hob_client *client;
    char url[192];
    bool connects; /* a new connection for each fetch */
    size_t failed;
};

static int fetch(struct set *self, const char *method)
{
    hob_fetched *fetched;
    hob_bytes body;
    const hob_fetch_request request = {
        .url = self->url, .method = method, .body = "tea", .body_size = 3};
    int err = hob_fetch_with(self->client, &request, &fetched);
    if (err < 0)
        return err;
    err = hob_fetched_body(fetched, &body);
    if (err == 0 && hob_fetched_status(fetched) == 200)
        cr_expect_str_eq(body.data, "hello");
    hob_bytes_free(&body);
    hob_fetched_close(fetched);
    return err;
}

/* The server may be restarting its script, or have ended an idle connection. */
static bool succeeds_soon(struct set *self)
{
    for (int i = 0; i < 200; i++) {
        if (fetch(self, "GET") == 0)
            return true;
        hob_sleep(0.01);
    }
    return false;
}

static void try_fault(struct set *self, struct fault *fault)
{
    hob_client_counts counts;
    faults_arm(fault);
    int err = fetch(self, fault->call % 2 ? "POST" : "GET");
    faults_disarm(fault);
    self->failed += err < 0;
    hob_client_count(self->client, &counts);
    cr_expect_eq(counts.open, counts.idle, "%s: a connection is in use", fault->name);
    cr_expect(succeeds_soon(self), "%s: %s", fault->name, hob_fetch_error(self->client));
    if (self->connects)
        hob_client_close_idle(self->client);
}

static int try_faults(void *arg)
{
    struct set *self = arg;
    cr_expect(succeeds_soon(self), "%s", hob_fetch_error(self->client));
    hob_client_close_idle(self->client);
    size_t before = count_descriptors();
    for (struct fault fault = FIRST_FAULT; faults_next(&fault);)
        try_fault(self, &fault);
    for (struct fault fault = FIRST_MEMORY_FAULT; faults_next(&fault);)
        try_fault(self, &fault);
    hob_client_close_idle(self->client);
    cr_expect_eq(count_descriptors(), before);
    cr_expect_gt(self->failed, 10, "only %zu fetches have failed", self->failed);
    return 0;
}

static void survive(bool connects, hob_client_options options, struct script script)
{
    struct set set = {.connects = connects};
    faults_prepare();
    pid_t server = start_server(&script);
    faults_are_mine();
    snprintf(set.url, sizeof(set.url), "http://%s/a", script.address);
    options.head_timeout = 2;
    cr_assert_eq(hob_client_new(&options, &set.client), 0);
    cr_expect_eq(hob_block_on(try_faults, &set), 0);
    hob_client_free(set.client);
    cr_expect_not(has_leaks());
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
}

Test(failing_fetches, survive_whatever_call_fails_on_a_kept_connection)
{
    survive(false, (hob_client_options){0}, (struct script){acts, COUNT(acts), ""});
}

Test(failing_fetches, survive_whatever_call_fails_on_a_new_connection)
{
    survive(true, (hob_client_options){0}, (struct script){acts, COUNT(acts), ""});
}

#ifdef HOB_ZLIB
/* "hello" in gzip. */
#define CODED                                                                                      \
    OK "Content-Encoding: gzip\r\nContent-Length: 25\r\n\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x00"  \
       "\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00\x00\x00"

Test(failing_fetches, survive_whatever_call_fails_while_they_decode)
{
    static const struct act coded_acts[] = {{CODED, .size = sizeof(CODED) - 1}};
    const hob_client_options options = {.codings = hob_codings_all()};
    survive(false, options, (struct script){coded_acts, COUNT(coded_acts), ""});
}
#endif
