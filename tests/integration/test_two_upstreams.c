/* A handler that asks two HTTPS servers at once, under one deadline, for curl. */
#include <math.h>
#include <signal.h>
#include <stdatomic.h>

#include "hob/hob.h"
#include "hob/tls.h"
#include "tests/support/eventually.h"
#include "tests/support/process.h"
#include "tests/support/test.h"
#include "tests/support/tls_server.h"

TestSuite(two_upstreams, .timeout = 60);

struct set {
    struct tls_server upstreams[2];
    hob_client *client;
    double seconds;         /* the deadline of the handler */
    bool joined;            /* the handler has got the result of both */
    int result;             /* ... which is this */
    size_t turns;           /* of the loop */
    size_t joined_in;       /* the turn in which the handler got it */
    size_t connected_until; /* the last turn in which there was a connection to an upstream */
};

static atomic_int asked, left; /* clients of the upstreams that have sent something; that went */

/* Reads requests and replies to none. */
static void serve_nothing(SSL *ssl)
{
    char data[4096];
    if (SSL_read(ssl, data, sizeof(data)) > 0)
        asked++;
    while (SSL_read(ssl, data, sizeof(data)) > 0)
        ;
    left++;
}

struct question {
    hob_client *client;
    const struct tls_server *upstream;
};

static int ask(void *arg)
{
    const struct question *self = arg;
    hob_fetched *fetched;
    const char *url = formatted("https://%s/", self->upstream->listening.text);
    return hob_fetch(self->client, url, &fetched);
}

static int ask_both(hob_request *req, hob_response *res)
{
    struct set *set = hob_request_context(req);
    struct question one = {set->client, &set->upstreams[0]};
    struct question two = {set->client, &set->upstreams[1]};
    hob_deadline(set->seconds);
    hob_future *answers[] = {hob_async(ask, &one), hob_async(ask, &two)};
    int err = hob_join_all(answers, COUNT(answers));
    set->joined = true;
    set->joined_in = set->turns;
    set->result = err;
    return err < 0 ? err : hob_reply_text(res, 200, "both\n");
}

static void set_up(struct set *self, double seconds)
{
    *self = (struct set){.seconds = seconds};
    for (size_t i = 0; i < COUNT(self->upstreams); i++)
        tls_server_start(&self->upstreams[i], tls_good(), serve_nothing);
    const hob_client_options options = {.tls = tls_client()};
    cr_assert_eq(hob_client_new(&options, &self->client), 0);
}

static void tear_down(struct set *self)
{
    hob_client_free(self->client);
    for (size_t i = 0; i < COUNT(self->upstreams); i++)
        tls_server_stop(&self->upstreams[i]);
    tls_teardown();
}

static struct process *start_curl(const char *url)
{
    const char *const argv[] = {
        "/usr/bin/env", "curl",     "--silent",  "--noproxy", "*", "--write-out",
        "%{http_code}", "--output", "/dev/null", url,         NULL};
    return process_start(argv);
}

static size_t connections(const struct set *self)
{
    hob_client_counts counts;
    hob_client_count(self->client, &counts);
    return counts.open;
}

/* Counts the turns of the loop until the handler has got its result, and some more. */
static void follow(struct set *self, struct process *curl)
{
    double end = hob_now() + PATIENCE;
    bool killed = false;
    while (hob_now() < end && !(self->joined && self->turns > self->joined_in + 5)) {
        if (!killed && atomic_load(&asked) == 2 && isinf(self->seconds)) {
            process_tell(curl, SIGKILL);
            killed = true;
        }
        hob_yield();
        self->turns++;
        if (connections(self) > 0)
            self->connected_until = self->turns;
    }
}

static int run(void *arg)
{
    struct set *self = arg;
    hob_server *server;
    const hob_server_options options = {.handler = ask_both, .context = self, .idle_grace = -1};
    cr_expect_eq(hob_server_open(&options, &server), 0);
    hob_future *serving = hob_server_start(server);
    struct process *curl = start_curl(hob_server_url(server));
    follow(self, curl);
    process_result(curl);
    hob_server_stop(server);
    hob_await(serving);
    hob_server_close(server);
    if (self->result == -ETIMEDOUT)
        cr_expect_str_eq(process_output(curl), "504");
    return 0;
}

static void expect_closed(struct set *self, int result)
{
    cr_expect(self->joined);
    cr_expect_eq(self->result, result, "%d", self->result);
    cr_expect_leq(self->connected_until, self->joined_in + 1);
    cr_expect(eventually(atomic_load(&left) == atomic_load(&asked)), "the upstreams have seen it");
}

ProcessTest(two_upstreams, are_left_within_a_turn_when_curl_is_killed, .init = tls_setup)
{
    struct set set;
    set_up(&set, INFINITY);
    cr_expect_eq(hob_block_on(run, &set), 0);
    cr_expect_eq(atomic_load(&asked), 2);
    expect_closed(&set, -ECANCELED);
    tear_down(&set);
}

ProcessTest(two_upstreams, are_left_within_a_turn_when_their_deadline_is_over, .init = tls_setup)
{
    struct set set;
    set_up(&set, 0.3);
    cr_expect_eq(hob_block_on(run, &set), 0);
    expect_closed(&set, -ETIMEDOUT);
    tear_down(&set);
}
