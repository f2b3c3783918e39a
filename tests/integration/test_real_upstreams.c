/* hob's client with servers that others have written, at unix sockets. */
#include <signal.h>

#include "hob/client.h"
#include "hob/codings.h"
#include "tests/support/folder.h"
#include "tests/support/or_none.h"
#include "tests/support/real_servers.h"
#include "tests/support/test.h"

TestSuite(real_upstreams, .timeout = 60);

struct upstream {
    hob_client *client;
    char address[256];
    size_t interim;
};

static void count_interim(void *context, const hob_fetched *interim)
{
    struct upstream *self = context;
    self->interim += hob_fetched_status(interim) / 100 == 1;
}

static hob_fetched *fetch(struct upstream *self, hob_fetch_request request, const char *path)
{
    hob_fetched *fetched;
    const char *url = formatted("http://upstream%s", path);
    request.url = url;
    request.address = self->address;
    request.interim = count_interim;
    request.context = self;
    int err = hob_fetch_with(self->client, &request, &fetched);
    cr_expect_eq(err, 0, "%s: %s", path, hob_fetch_error(self->client));
    return err < 0 ? NULL : fetched;
}

static void expect(
    struct upstream *self, hob_fetch_request request, const char *path, int status,
    const char *expected)
{
    hob_bytes body;
    hob_fetched *fetched = fetch(self, request, path);
    if (!fetched)
        return;
    cr_expect_eq(hob_fetched_status(fetched), status, "%s", path);
    cr_expect_eq(hob_fetched_body(fetched, &body), 0, "%s", hob_fetch_error(self->client));
    cr_expect_str_eq(or_none(body.data), expected, "%s", path);
    hob_bytes_free(&body);
    hob_fetched_close(fetched);
}

static void expect_large(struct upstream *self, const char *path)
{
    char piece[5000];
    size_t size = 0;
    int length;
    hob_fetched *fetched = fetch(self, (hob_fetch_request){.method = NULL}, path);
    while (fetched && (length = hob_fetched_read(fetched, piece, sizeof(piece))) > 0)
        size += (size_t)length;
    cr_expect_eq(size, LARGE_SIZE, "%zu bytes: %s", size, hob_fetch_error(self->client));
    hob_fetched_close(fetched);
}

static void expect_connects(const struct upstream *self, size_t connects)
{
    hob_client_counts counts;
    hob_client_count(self->client, &counts);
    cr_expect_eq(counts.connects, connects, "%zu connections", (size_t)counts.connects);
}

static int ask_for_files(void *arg)
{
    struct upstream *self = arg;
    const hob_fetch_request get = {.method = NULL};
    for (int i = 0; i < 3; i++)
        expect(self, get, "/hello.txt", 200, "hello");
    expect(self, (hob_fetch_request){.method = "HEAD"}, "/hello.txt", 200, "");
    expect(self, get, "/moved", 200, "hello");
    expect_large(self, "/large");
    expect(self, get, "/hello.txt", 200, "hello");
    expect_connects(self, 1);
    return 0;
}

static int ask_node(void *arg)
{
    struct upstream *self = arg;
    const hob_fetch_request get = {.method = NULL};
    char *large = calloc(1, LARGE_SIZE);
    const hob_fetch_request post = {.method = "POST", .body = large, .body_size = LARGE_SIZE};
    expect(self, get, "/hello.txt", 200, "hello");
    expect(self, get, "/chunks", 200, "hello");
    expect(self, get, "/moved", 200, "hello");
    expect(self, post, "/count", 200, "3145728");
    expect(self, get, "/hints", 200, "hello");
    cr_expect_eq(self->interim, 2);
    expect_connects(self, 1);
    expect(self, get, "/close", 200, "hello");
    expect(self, get, "/hello.txt", 200, "hello");
    expect_connects(self, 2);
    expect(self, post, "/refuse", 413, "too much");
    free(large);
    return 0;
}

static void ask_with(const hob_client_options *options, const char *socket, hob_fn *questions)
{
    struct upstream upstream = {.interim = 0};
    snprintf(upstream.address, sizeof(upstream.address), "unix:%s", folder_path(socket));
    cr_assert_eq(hob_client_new(options, &upstream.client), 0);
    cr_expect_eq(hob_block_on(questions, &upstream), 0);
    hob_client_free(upstream.client);
}

static void ask(const char *socket, hob_fn *questions)
{
    ask_with(NULL, socket, questions);
}

ProcessTest(real_upstreams, nginx)
{
    skip_without("nginx");
    add_served_files();
    start_nginx();
    ask("nginx", ask_for_files);
}

ProcessTest(real_upstreams, haproxy)
{
    skip_without("nginx");
    skip_without("haproxy");
    add_served_files();
    start_nginx();
    const char *nginx = formatted("unix@%s", folder_path("nginx"));
    struct process *haproxy = start_haproxy_before(nginx);
    ask("haproxy", ask_for_files);
    process_tell(haproxy, SIGUSR1); /* by which it ends with 0 */
}

ProcessTest(real_upstreams, node)
{
    skip_without("node");
    start_node();
    ask("node", ask_node);
}

#ifdef HOB_ZLIB
/* Whether the body comes in this coding if it is asked for. */
static bool comes_in(struct upstream *self, const char *path, const char *coding)
{
    const hob_header asks[] = {{"Accept-Encoding", coding}, {0}};
    hob_fetched *fetched = fetch(self, (hob_fetch_request){.headers = asks}, path);
    const char *used = fetched ? hob_fetched_header(fetched, "Content-Encoding") : NULL;
    bool comes = used && strcmp(used, coding) == 0;
    hob_fetched_close(fetched);
    return comes;
}

static int ask_for_gzip(void *arg)
{
    struct upstream *self = arg;
    ask_for_files(self);
    cr_expect(comes_in(self, "/large", "gzip"));
    return 0;
}

static int ask_for_each_coding(void *arg)
{
    static const char *const codings[] = {"gzip", "br", "zstd"};
    for (size_t i = 0; i < COUNT(codings); i++) {
        const char *path = formatted("/coded?%s", codings[i]);
        if (comes_in(arg, path, codings[i]))
            expect_large(arg, path);
        else
            cr_expect_str_eq(codings[i], "zstd", "%s", codings[i]); /* since Node 22.15 */
    }
    return 0;
}

static void ask_for_codings(const char *socket, hob_fn *questions)
{
    ask_with(&(hob_client_options){.codings = hob_codings_all()}, socket, questions);
}

ProcessTest(real_upstreams, nginx_with_gzip)
{
    skip_without("nginx");
    add_served_files();
    start_nginx();
    ask_for_codings("nginx", ask_for_gzip);
}

ProcessTest(real_upstreams, node_with_codings)
{
    skip_without("node");
    start_node();
    ask_for_codings("node", ask_for_each_coding);
}
#endif
