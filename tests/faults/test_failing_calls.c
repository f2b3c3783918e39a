/*
 * Whatever call of the server's fails, once, in whatever way: it does not end, loses no memory and
 * no descriptor, keeps no client waiting, and serves the next one.
 */
#include <math.h>
#include <poll.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "hob/hob.h"
#include "tests/support/eventually.h"
#include "tests/support/fault_injector.h"
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

TestSuite(failing_calls, .timeout = 100);

/* Seconds after which a client gives up: no time-out of the server's is a matter here. */
#define TOO_LONG 2

/*
 * The handlers. They use all that the server offers, and pass errors on.
 */

static int say_hello(hob_request *req, hob_response *res)
{
    const char *agent = hob_request_header(req, "User-Agent");
    int err = hob_response_add_header(res, "X-Agent", agent ? agent : "none");
    return err < 0 ? err : hob_reply_text(res, 200, "hello");
}

static int read_pieces(hob_request *req, hob_response *res)
{
    char piece[5];
    int length;
    do
        length = hob_body_read(req, piece, sizeof(piece));
    while (length > 0);
    return length < 0 ? length : hob_reply_text(res, 200, "read");
}

static int take_all(hob_request *req, hob_response *res)
{
    const char *body;
    size_t size;
    int err = hob_body_all(req, 1000, &body, &size);
    return err < 0 ? err : hob_reply(res, 200, "text/plain", body, size);
}

/* More than is kept for a slow client, so that it has to wait. */
static int stream(hob_request *req, hob_response *res)
{
    static const char line[10000];
    int err = hob_stream(res, 200, "application/octet-stream");
    for (int i = 0; i < 10 && err == 0; i++)
        err = hob_send(res, line, sizeof(line));
    return err < 0 ? err : hob_sleep(0);
}

static int tell_news(hob_request *req, hob_response *res)
{
    int err = hob_event_stream(res);
    for (int i = 0; i < 3 && err == 0; i++) {
        err = hob_event(res, "1", "news", "two\nlines");
        if (err == 0)
            err = hob_race(hob_server_until_stopping(hob_request_server(req)), hob_timer(0));
    }
    return err;
}

static int child(void *arg)
{
    return hob_sleep(0.0001);
}

static int use_the_runtime(hob_request *req, hob_response *res)
{
    hob_bytes file;
    int err = hob_join(hob_async(child, NULL), hob_async(child, NULL), hob_timer(0));
    if (err < 0)
        return err;
    if (!hob_alloc(100) || !hob_alloc(10000))
        return -ENOMEM;
    err = hob_await(hob_read_file("/proc/self/status", &file));
    hob_bytes_free(&file);
    hob_log(HOB_LOG_INFO, "it was used: %d", err);
    return err < 0 ? err : hob_reply_json(res, 200, "{}");
}

static int wait_for_ever(hob_request *req, hob_response *res)
{
    return hob_sleep(INFINITY);
}

/* The body of the client is complete before the handler is called. */
static int read_strings(hob_request *req, hob_response *res)
{
    int err = 0;
    for (int i = 0; i < 2 && err == 0; i++) {
        const char *path = hob_path_value(req, "name");
        const char *query = hob_request_query_value(req, "a");
        const char *cookie = hob_request_cookie(req, "c");
        if (!path || !query || !cookie || !hob_request_header(req, "Host"))
            abort();
        err = i == 0 ? hob_sleep(0)
                     : hob_reply_printf(res, 200, NULL, "%s %s %s", path, query, cookie);
    }
    return err;
}

static int read_strings_late(hob_request *req, hob_response *res)
{
    int err = hob_sleep(0);
    return err < 0 ? err : read_strings(req, res);
}

static hob_server *running;

static int stop(hob_request *req, hob_response *res)
{
    hob_server_stop(running);
    return hob_reply_text(res, 200, "bye");
}

static const hob_route routes[] = {
    {"GET /hello", say_hello},         {"POST /pieces", read_pieces},
    {"POST /all", take_all},           {"GET /stream", stream},
    {"GET /news", tell_news},          {"GET /runtime", use_the_runtime},
    {"GET /wait", wait_for_ever},      {"GET /stop", stop},
    {"GET /now/{name}", read_strings}, {"GET /late/{name}", read_strings_late},
};

/*
 * The server, in a process of its own: it is made, runs and ends as often as the test asks.
 */

struct stage {
    sem_t begin;
    sem_t open_or_failed;
    sem_t ended;
    char url[80]; /* "" if it could not be opened */
    int result;   /* once it has ended */
    atomic_bool over;
};

static struct stage *stage;

static int open_and_run(hob_router *router)
{
    int err = hob_server_open(
        &(hob_server_options){
            .handler = hob_router_handle, .router = router, .grace = 10, .idle_grace = -1},
        &running);
    if (err == 0)
        snprintf(stage->url, sizeof(stage->url), "%s", hob_server_url(running));
    sem_post(&stage->open_or_failed);
    if (err < 0)
        return err;
    err = hob_server_run(running);
    hob_server_close(running);
    return err;
}

static int run_server(void *unused)
{
    hob_router *router;
    const char *refused;
    if (hob_router_new(routes, COUNT(routes), &router, &refused) < 0)
        return EXIT_FAILURE;
    faults_are_mine();
    for (;;) {
        sem_wait(&stage->begin);
        if (stage->over)
            break;
        stage->result = open_and_run(router);
        sem_post(&stage->ended);
    }
    hob_router_free(router);
    return EXIT_SUCCESS;
}

static struct process *prepare(void)
{
    void *shared =
        mmap(NULL, sizeof(*stage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(shared, MAP_FAILED);
    stage = shared;
    sem_init(&stage->begin, 1, 0);
    sem_init(&stage->open_or_failed, 1, 0);
    sem_init(&stage->ended, 1, 0);
    faults_prepare();
    return process_fork(run_server, NULL);
}

static void wait_on_stage(sem_t *semaphore)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE;
    cr_assert_eq(sem_timedwait(semaphore, &end), 0, "the server hangs, or has died");
}

/* Returns where it is; without a port if it could not be opened. */
static struct server begin(struct process *process)
{
    stage->url[0] = '\0';
    sem_post(&stage->begin);
    wait_on_stage(&stage->open_or_failed);
    struct server server = {0};
    if (stage->url[0])
        server = server_at(stage->url);
    server.process = process;
    return server;
}

/* When it goes on: behind an answer to what was sent, when that was read, or not at all. */
enum client { WAITS, GOES_ON, LEAVES };

struct dialogue {
    const char *name;
    const char *request;
    const char *more;  /* sent then; NULL if that is all */
    const char *reply; /* what the last response ends with, if nothing fails */
    enum client client;
};

#define CLOSE "Connection: close\r\n"

static const struct dialogue dialogues[] = {
    {"a request", REQUEST("GET /hello", CLOSE), NULL, "hello", WAITS},
    {"kept alive", GET("/hello"), REQUEST("GET /hello", CLOSE), "hello", WAITS},
    {"pipelined", GET("/hello") GET("/news") GET("/runtime") REQUEST("GET /hello", CLOSE), NULL,
     "hello", WAITS},
    {"behind one that waits", GET("/runtime") REQUEST("POST /all", CLOSE "Content-Length: 5\r\n"),
     "early", "early", WAITS},
    {"a body", REQUEST("POST /pieces", CLOSE "Content-Length: 12\r\n") "half of it, ", NULL, "read",
     WAITS},
    {"a body in chunks",
     REQUEST(
         "POST /pieces",
         CLOSE "Transfer-Encoding: chunked\r\n") "6\r\nchunks\r\n1\r\n!\r\n0\r\n\r\n",
     NULL, "read", WAITS},
    {"a body all at once", REQUEST("POST /all", CLOSE "Content-Length: 4\r\n") "body", NULL, "body",
     WAITS},
    {"100-continue", REQUEST("POST /all", CLOSE "Content-Length: 4\r\nExpect: 100-continue\r\n"),
     "body", "body", WAITS},
    {"a body that nobody reads", REQUEST("GET /hello", CLOSE "Content-Length: 4\r\n") "body", NULL,
     "hello", WAITS},
    {"HEAD", REQUEST("HEAD /hello", CLOSE), NULL, "\r\n\r\n", WAITS},
    {"HTTP/1.0", "GET /hello HTTP/1.0\r\n\r\n", NULL, "hello", WAITS},
    {"a stream", REQUEST("GET /stream", CLOSE), NULL, "\r\n0\r\n\r\n", WAITS},
    {"a stream to HTTP/1.0", "GET /stream HTTP/1.0\r\n\r\n", NULL, "", WAITS},
    {"events", REQUEST("GET /news", CLOSE), NULL, "\r\n0\r\n\r\n", WAITS},
    {"the runtime", REQUEST("GET /runtime", CLOSE), NULL, "{}", WAITS},
    {"strings", REQUEST("GET /now/x%20y?a=%2B", CLOSE "Cookie: c=%41\r\n"), NULL, "x y + A", WAITS},
    {"strings read late", REQUEST("GET /late/x%20y?a=%2B", CLOSE "Cookie: c=%41\r\n"), NULL,
     "x y + A", WAITS},
    {"a bad request", "GET / HTTP/1.1\r\nHost : hob\r\n\r\n", NULL, "\n", WAITS},
    {"an unknown path", REQUEST("GET /unknown", CLOSE), NULL, "Not Found\n", WAITS},
    {"another method", REQUEST("DELETE /hello", CLOSE), NULL, "Not Allowed\n", WAITS},
    {"a client that leaves", GET("/wait"), NULL, NULL, LEAVES},
    {"one that leaves a stream", GET("/stream") GET("/wait"), NULL, NULL, LEAVES},
    {"one that leaves early", "GET /hello HTTP/1.1\r\n", NULL, NULL, LEAVES},
    {"a head in halves", "GET /hel", "lo HTTP/1.1\r\nHost: hob\r\n" CLOSE "\r\n", "hello", GOES_ON},
};

/* Whether the server takes it all is not of interest: it may have failed. */
static void try_to_send(const struct raw_client *client, const char *text)
{
    ssize_t sent = send(client->fd, text, strlen(text), MSG_NOSIGNAL);
    (void)sent;
}

static char received[200000];

/* Receives until the connection ends, or only until something comes. Returns how much it has. */
static size_t receive(const struct raw_client *client, size_t length, bool to_end)
{
    ssize_t more;
    do {
        more = recv(client->fd, received + length, sizeof(received) - length, 0);
        if (more > 0)
            length += (size_t)more;
    } while (more > 0 && to_end);
    return length;
}

static bool ends_with(size_t length, const char *end)
{
    return length >= strlen(end) && memcmp(received + length - strlen(end), end, strlen(end)) == 0;
}

/* Whether the server has read all that was sent, or has closed. */
static bool is_settled(const struct raw_client *client)
{
    struct pollfd end = {.fd = client->fd, .events = POLLRDHUP};
    return poll(&end, 1, 0) > 0 || raw_unread(client) == 0;
}

/* Returns whether the reply was what it is when nothing fails. */
static bool speak(const struct server *server, const struct dialogue *dialogue)
{
    size_t length = 0;
    struct raw_client client;
    if (!raw_try_connect(&client, server))
        return false;
    try_to_send(&client, dialogue->request);
    if (dialogue->client == LEAVES) {
        bool settled = eventually(is_settled(&client));
        raw_reset(&client);
        return settled;
    }
    if (dialogue->client == GOES_ON) {
        cr_expect(eventually(is_settled(&client)));
    } else if (dialogue->more) {
        length = receive(&client, 0, false);
    }
    if (dialogue->more)
        try_to_send(&client, dialogue->more);
    length = receive(&client, length, true);
    raw_reset(
        &client); /* or the kernel would remember each for a minute, and raw_unread() be slow */
    return length > 12 && ends_with(length, dialogue->reply);
}

static const struct dialogue goodbye = {"the end", REQUEST("GET /stop", CLOSE), NULL, "bye", WAITS};

struct tally {
    size_t calls; /* that failed, in one way at least */
    size_t faults;
    size_t served; /* requests that were answered all the same */
};

static void count(struct tally *tally, const struct fault *fault, bool served)
{
    tally->calls += fault->injected && fault->way == 0;
    tally->faults += fault->injected;
    tally->served += fault->injected && served;
}

static void add(struct tally *sum, const struct tally *tally)
{
    sum->calls += tally->calls;
    sum->faults += tally->faults;
    sum->served += tally->served;
}

static void print_tally(const char *name, const struct tally *tally)
{
    printf(
        "%-28s %4zu calls, %5zu failures, %5zu of them unnoticed\n", name, tally->calls,
        tally->faults, tally->served);
}

static const char *describe(const struct dialogue *dialogue, const struct fault *fault)
{
    static char text[200];
    const char *error = fault->error < 0 ? "short count" : strerror(fault->error);
    snprintf(
        text, sizeof(text), "%s, call %zu%s: %s: %s", dialogue->name, fault->call,
        fault->lasting ? " and those after it" : "", fault->injected ? fault->name : "none",
        fault->injected ? error : "-");
    return text;
}

/* Speaks while each call fails, one after the other, and sees to it that nothing remains. */
static struct tally try_every_fault(
    const struct server *server, const struct dialogue *dialogue, struct fault fault,
    size_t descriptors)
{
    struct tally tally = {0};
    while (faults_next(&fault)) {
        double begin = clock_seconds();
        faults_arm(&fault);
        bool served = speak(server, dialogue);
        double seconds = clock_seconds() - begin;
        bool closed = eventually(process_descriptors(server->process) == descriptors);
        faults_disarm(&fault);
        const char *what = describe(dialogue, &fault);
        cr_expect_lt(seconds, TOO_LONG, "a client waits: %s", what);
        cr_assert(closed, "a descriptor is left: %s", what);
        cr_expect(speak(server, &dialogues[0]), "the next is not served: %s", what);
        closed = eventually(process_descriptors(server->process) == descriptors);
        cr_assert(closed, "a descriptor is left behind: %s", what);
        count(&tally, &fault, served);
    }
    print_tally(dialogue->name, &tally);
    return tally;
}

/* Has the server open what it opens only once. Returns its number of descriptors. */
static size_t warm_up(const struct server *server)
{
    for (size_t i = 0; i < COUNT(dialogues); i++)
        cr_assert(speak(server, &dialogues[i]), "%s", dialogues[i].name);
    for (size_t i = 0; i < 3; i++) /* meanwhile it sees that the others have left */
        cr_assert(speak(server, &dialogues[0]));
    return process_descriptors(server->process);
}

/* Returns how the server has ended. */
static int end(const struct server *server)
{
    while (sem_trywait(&stage->ended) < 0) {
        speak(server, &goodbye); /* the last time this failed, perhaps */
        usleep(1000);
    }
    return stage->result;
}

static void finish(struct process *process)
{
    stage->over = true;
    sem_post(&stage->begin);
    cr_expect_eq(process_result(process), 0);
}

static void try_all_dialogues(struct fault first)
{
    struct tally sum = {0};
    struct process *process = prepare();
    struct server server = begin(process);
    size_t descriptors = warm_up(&server);
    for (size_t i = 0; i < COUNT(dialogues); i++) {
        struct tally tally = try_every_fault(&server, &dialogues[i], first, descriptors);
        add(&sum, &tally);
    }
    print_tally(first.lasting ? "all, memory failing on" : "all, one call failing", &sum);
    cr_expect_eq(end(&server), 0);
    finish(process);
}

ProcessTest(failing_calls, harm_one_client_at_most)
{
    try_all_dialogues(FIRST_FAULT);
}

ProcessTest(failing_calls, lack_of_memory_is_survived)
{
    try_all_dialogues(FIRST_MEMORY_FAULT);
}

/* From hob_server_open() to hob_server_close(), which end well or with an error. */
static void try_to_live(struct fault fault)
{
    struct tally tally = {0};
    struct process *process = prepare();
    while (faults_next(&fault)) {
        faults_arm(&fault);
        struct server server = begin(process);
        bool served = stage->url[0] && speak(&server, &dialogues[2]);
        if (stage->url[0])
            speak(&server, &goodbye);
        faults_disarm(&fault);
        int result = end(&server);
        cr_expect(result == 0 || !served, "%s", describe(&goodbye, &fault));
        count(&tally, &fault, served);
    }
    print_tally("a whole life", &tally);
    finish(process);
}

ProcessTest(failing_calls, at_start_or_stop_end_the_server_cleanly)
{
    try_to_live(FIRST_FAULT);
    try_to_live(FIRST_MEMORY_FAULT);
}
