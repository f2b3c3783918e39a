#include <zlib.h>
#include <zstd.h>

#include "hob/client.h"
#include "hob/codings.h"
#include "memory/stack.h"
#include "runtime/task.h"
#include "tests/support/coded.h"
#include "tests/support/coroutine.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/or_none.h"
#include "tests/support/test.h"

TestSuite(decoding, .timeout = 60);

#define OK          "HTTP/1.1 200 OK\r\n"
#define ALL_CODINGS "gzip, br, zstd"

/* An act that sends a literal with NULs in it. */
#define ACT(response, ...)                                                                         \
    {                                                                                              \
        .send = (response), .size = sizeof(response) - 1, __VA_ARGS__                              \
    }

/* A response that ends with the connection. */
#define CODED(codings, body)                                                                       \
    ACT(OK "Content-Encoding: " codings "\r\n\r\n" body, .then = THEN_CLOSE)

/* A response on a connection that is kept. */
#define SIZED(length, body)                                                                        \
    ACT(OK "Content-Encoding: gzip\r\nA: b\r\nContent-Length: " #length "\r\n\r\n" body)

struct set {
    hob_client *client;
    struct fake_upstream upstream;
};

static void
set_up(struct set *self, hob_client_options options, const struct act *acts, size_t count)
{
    options.codings = hob_codings_all();
    fake_upstream_start(&self->upstream, acts, count);
    cr_expect_eq(hob_client_new(&options, &self->client), 0);
}

static void tear_down(struct set *self)
{
    hob_client_counts counts;
    hob_client_close_idle(self->client);
    hob_client_count(self->client, &counts);
    cr_expect_eq(counts.open, 0, "%zu connections are left", counts.open);
    hob_client_free(self->client);
    fake_upstream_stop(&self->upstream);
}

static hob_fetched *fetch(struct set *self, hob_fetch_request request)
{
    hob_fetched *fetched;
    request.url = self->upstream.url;
    int err = hob_fetch_with(self->client, &request, &fetched);
    cr_expect_eq(err, 0, "%s", hob_fetch_error(self->client));
    return fetched;
}

static void expect_text(struct set *self, const char *expected)
{
    hob_bytes text;
    int err = hob_fetch_text(self->client, self->upstream.url, &text);
    cr_expect_eq(err, 0, "%s", hob_fetch_error(self->client));
    cr_expect_str_eq(or_none(text.data), expected);
    hob_bytes_free(&text);
}

/* Expects that the fetch fails, with a text that goes on so. */
static void expect_failure(struct set *self, int expected, const char *begin)
{
    hob_bytes text;
    char message[512];
    snprintf(message, sizeof(message), "GET %s: %s", self->upstream.url, begin);
    cr_expect_eq(hob_fetch_text(self->client, self->upstream.url, &text), expected, "%s", begin);
    const char *error = hob_fetch_error(self->client);
    cr_expect(strncmp(error, message, strlen(message)) == 0, "'%s' not '%s'", error, message);
    hob_bytes_free(&text);
}

CoroutineTest(decoding, decodes_each_coding_and_lists_of_them)
{
    static const struct act acts[] = {
        CODED("gzip", GZIP),
        CODED("X-GZIP", GZIP),
        CODED("gzip", GZIP GZIP_EMPTY GZIP),
        CODED("br", BROTLI),
        CODED("zstd", ZSTD),
        CODED("gzip, br", GZIP_BROTLI),
        CODED("gzip\r\nContent-Encoding: ,br", GZIP_BROTLI),
        CODED("identity, gzip", GZIP),
        CODED("identity", PLAIN),
        CODED("", PLAIN),
    };
    struct set set;
    set_up(&set, (hob_client_options){0}, acts, COUNT(acts));
    for (size_t i = 0; i < COUNT(acts); i++)
        expect_text(&set, i == 2 ? PLAIN PLAIN : PLAIN);
    tear_down(&set);
}

CoroutineTest(decoding, takes_a_body_without_bytes_for_empty_content)
{
    static const struct act acts[] = {
        CODED("gzip", ""),         CODED("br", ""),
        CODED("zstd, gzip", ""),   SIZED(0, ""),
        CODED("gzip", GZIP_EMPTY), CODED("br", BROTLI_EMPTY),
        CODED("zstd", ZSTD_EMPTY),
    };
    struct set set;
    set_up(&set, (hob_client_options){0}, acts, COUNT(acts));
    for (size_t i = 0; i < COUNT(acts); i++)
        expect_text(&set, "");
    tear_down(&set);
}

/* The bytes come one by one, and the content is read in pieces of each size. */
CoroutineTest(decoding, decodes_while_it_is_read)
{
    static const struct act acts[] = {
        ACT(OK "Content-Encoding: gzip, br\r\nContent-Length: 32\r\n\r\n" GZIP_BROTLI,
            .slow = true),
    };
    struct set set;
    set_up(&set, (hob_client_options){0}, acts, COUNT(acts));
    for (size_t size = 1; size <= sizeof(PLAIN); size++) {
        char content[64] = "";
        size_t made = 0;
        int length;
        hob_fetched *fetched = fetch(&set, (hob_fetch_request){0});
        while ((length = hob_fetched_read(fetched, content + made, size)) > 0)
            made += (size_t)length;
        cr_expect_eq(length, 0, "%s", hob_fetch_error(set.client));
        cr_expect_str_eq(content, PLAIN);
        cr_expect_eq(hob_fetched_read(fetched, content, size), 0);
        hob_fetched_close(fetched);
    }
    cr_expect_eq(set.upstream.accepted, 1, "%zu connections", set.upstream.accepted);
    tear_down(&set);
}

static void expect_last_request(const struct set *self, const char *field, bool there)
{
    const char *request = self->upstream.received + self->upstream.last_request;
    cr_expect_eq(!!strstr(request, field), there, "%s: %s", field, request);
}

CoroutineTest(decoding, leaves_out_the_fields_about_the_encoded_body)
{
    static const struct act acts[] = {SIZED(28, GZIP)};
    struct set set;
    hob_header header;
    size_t position = 0;
    set_up(&set, (hob_client_options){0}, acts, COUNT(acts));
    hob_fetched *fetched = fetch(&set, (hob_fetch_request){0});
    expect_last_request(&set, "\r\nAccept-Encoding: " ALL_CODINGS "\r\n", true);
    cr_expect_null(hob_fetched_header(fetched, "Content-Encoding"));
    cr_expect_null(hob_fetched_header(fetched, "Content-Length"));
    cr_expect(hob_fetched_next_header(fetched, &position, &header));
    cr_expect_str_eq(header.name, "A");
    cr_expect_not(hob_fetched_next_header(fetched, &position, &header));
    hob_fetched_close(fetched);
    tear_down(&set);
}

/* A body that is read as it came, with all its fields. */
static void expect_encoded(struct set *self, hob_fetch_request request, int expected)
{
    char body[64];
    hob_fetched *fetched = fetch(self, request);
    cr_expect_str_eq(or_none(hob_fetched_header(fetched, "Content-Encoding")), "gzip");
    cr_expect_str_eq(or_none(hob_fetched_header(fetched, "Content-Length")), "28");
    int length = hob_fetched_read(fetched, body, sizeof(body));
    cr_expect_eq(length, expected);
    cr_expect(length <= 0 || memcmp(body, GZIP, (size_t)length) == 0);
    hob_fetched_close(fetched);
}

CoroutineTest(decoding, is_left_to_those_who_ask_themselves)
{
    static const struct act acts[] = {SIZED(28, GZIP)};
    static const hob_header asks[] = {{"accept-encoding", "gzip"}, {0}};
    static const hob_header range[] = {{"Range", "bytes=0-27"}, {0}};
    struct set set;
    set_up(&set, (hob_client_options){0}, acts, COUNT(acts));
    expect_encoded(&set, (hob_fetch_request){.headers = asks}, 28);
    expect_encoded(&set, (hob_fetch_request){.headers = range}, 28);
    expect_last_request(&set, "Accept-Encoding", false);
    expect_encoded(&set, (hob_fetch_request){.target = "/"}, 28);
    expect_last_request(&set, "Accept-Encoding", false);
    tear_down(&set);
}

CoroutineTest(decoding, is_off_unless_the_client_has_codings)
{
    static const struct act acts[] = {SIZED(28, GZIP)};
    struct set set;
    fake_upstream_start(&set.upstream, acts, COUNT(acts));
    cr_expect_eq(hob_client_new(NULL, &set.client), 0);
    expect_encoded(&set, (hob_fetch_request){0}, 28);
    expect_last_request(&set, "Accept-Encoding", false);
    tear_down(&set);
}

CoroutineTest(decoding, leaves_responses_without_a_body_alone)
{
#define FIELDS "Content-Encoding: gzip\r\nContent-Length: 28\r\n\r\n"
    static const struct act acts[] = {
        {OK FIELDS},
        {"HTTP/1.1 304 Not Modified\r\n" FIELDS},
        {"HTTP/1.1 204 No Content\r\n" FIELDS},
    };
    struct set set;
    set_up(&set, (hob_client_options){0}, acts, COUNT(acts));
    expect_encoded(&set, (hob_fetch_request){.method = "HEAD"}, 0);
    expect_encoded(&set, (hob_fetch_request){0}, 0);
    expect_encoded(&set, (hob_fetch_request){0}, 0);
    tear_down(&set);
}

CoroutineTest(decoding, does_not_decode_what_a_redirect_comes_with)
{
    static const struct act acts[] = {
        {"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n"
         "hello"},
        SIZED(28, GZIP),
    };
    struct set set;
    set_up(&set, (hob_client_options){0}, acts, COUNT(acts));
    expect_text(&set, PLAIN);
    cr_expect_eq(set.upstream.accepted, 1);
    tear_down(&set);
}

CoroutineTest(decoding, names_what_is_wrong)
{
    static const struct {
        struct act act;
        const char *error;
    } cases[] = {
        {CODED("gzip", "hello"), "decoding gzip: incorrect header check"},
        {CODED("gzip", "\x1f\x8b\x08"), "decoding gzip: the body ends before its content does"},
        {CODED("gzip", GZIP "\x1f"), "decoding gzip: the body ends before its content does"},
        {CODED("gzip", GZIP "junk"), "decoding gzip: something follows its end"},
        {CODED("br", "\x1b"), "decoding br: the body ends before its content does"},
        {CODED("br", BROTLI "junk"), "decoding br: something follows its end"},
        {CODED("zstd", ZSTD "junk, junk"), "decoding zstd: Unknown frame descriptor"},
        {CODED("zstd", "\x28\xb5\x2f"), "decoding zstd: the body ends before its content does"},
        {CODED("zstd", ZSTD_LARGE_WINDOW),
         "decoding zstd: Frame requires too much memory for decoding"},
        {CODED("br, gzip", GZIP), "decoding br: "},
        {CODED("deflate", "hello"), "the content coding deflate was not asked for"},
        {CODED("gzip, compress", "hello"), "the content coding compress was not asked for"},
        {CODED("br, gzip, br, gzip", "hello"), "more than 3 content codings"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct set set;
        set_up(&set, (hob_client_options){0}, &cases[i].act, 1);
        expect_failure(&set, -EPROTO, cases[i].error);
        tear_down(&set);
    }
}

/* The error stays, and the connection is not used again. */
CoroutineTest(decoding, reads_nothing_more_of_a_broken_body)
{
    static const struct act acts[] = {
        {OK "Content-Encoding: gzip\r\nContent-Length: 50\r\n\r\nhello", THEN_HOLD},
    };
    struct set set;
    hob_client_counts counts;
    char piece[16];
    set_up(&set, (hob_client_options){0}, acts, COUNT(acts));
    hob_fetched *fetched = fetch(&set, (hob_fetch_request){0});
    cr_expect_eq(hob_fetched_read(fetched, piece, sizeof(piece)), -EPROTO);
    cr_expect_eq(hob_fetched_read(fetched, piece, sizeof(piece)), -EPROTO);
    hob_client_count(set.client, &counts);
    cr_expect_eq(counts.open, 0);
    hob_fetched_close(fetched);
    tear_down(&set);
}

/* A body of HTTP that breaks off is that error, not one of its coding. */
CoroutineTest(decoding, returns_the_error_of_the_body)
{
    static const struct act acts[] = {
        {OK "Content-Encoding: gzip\r\nContent-Length: 50\r\n\r\n\x1f\x8b\x08", THEN_CLOSE},
    };
    struct set set;
    set_up(&set, (hob_client_options){0}, acts, COUNT(acts));
    expect_failure(
        &set, -EPROTO,
        "the response is refused: the connection ended 47 bytes before the end of the body");
    tear_down(&set);
}

enum { BOMB_SIZE = 32 * 1024 * 1024 };

/* A response in memory that the next one takes. */
static struct act make_coded(const char *coding, const void *body, size_t size)
{
    static char response[128 * 1024];
    int length = snprintf(
        response, sizeof(response), OK "Content-Encoding: %s\r\nContent-Length: %zu\r\n\r\n",
        coding, size);
    memcpy(response + length, body, size);
    return (struct act){response, .size = (size_t)length + size};
}

static struct act make_gzip_bomb(void)
{
    static Bytef body[64 * 1024];
    Bytef *content = calloc(1, BOMB_SIZE);
    z_stream stream = {.next_in = content, .avail_in = BOMB_SIZE, .next_out = body};
    stream.avail_out = sizeof(body);
    cr_expect_eq(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY), Z_OK);
    cr_expect_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    free(content);
    return make_coded("gzip", body, stream.total_out);
}

static struct act make_zstd_bomb(void)
{
    static char body[64 * 1024];
    void *content = calloc(1, BOMB_SIZE);
    size_t size = ZSTD_compress(body, sizeof(body), content, BOMB_SIZE, 1);
    cr_expect_not(ZSTD_isError(size));
    free(content);
    return make_coded("zstd", body, size);
}

/* Reads until the end or an error. Returns the error, and how much content there was. */
static int read_all(struct set *self, size_t *size)
{
    static char piece[100 * 1024];
    hob_fetched *fetched = fetch(self, (hob_fetch_request){0});
    int length;
    *size = 0;
    while ((length = hob_fetched_read(fetched, piece, sizeof(piece))) > 0)
        *size += (size_t)length;
    hob_fetched_close(fetched);
    return length;
}

static void expect_bomb(const char *coding, struct act bomb)
{
    struct set set;
    size_t size;
    char error[128];
    set_up(&set, (hob_client_options){.body_limit = 1000000}, &bomb, 1);
    snprintf(
        error, sizeof(error), "decoding %s: it is more than 200 times its encoded size", coding);
    cr_expect_eq(read_all(&set, &size), -EOVERFLOW, "%s", coding);
    cr_expect(size >= 900000 && size < BOMB_SIZE / 2, "%s: %zu bytes", coding, size);
    cr_expect(strstr(hob_fetch_error(set.client), error), "%s", hob_fetch_error(set.client));
    expect_failure(&set, -EOVERFLOW, error); /* by one byte more than the limit */
    tear_down(&set);

    set_up(&set, (hob_client_options){.decoded_ratio = 10 * 1024 * 1024}, &bomb, 1);
    cr_expect_eq(read_all(&set, &size), 0, "%s", hob_fetch_error(set.client));
    cr_expect_eq(size, BOMB_SIZE, "%s", coding);
    tear_down(&set);
}

CoroutineTest(decoding, refuses_bombs)
{
    expect_bomb("gzip", make_gzip_bomb());
    expect_bomb("br", make_coded("br", BROTLI_BOMB, sizeof(BROTLI_BOMB) - 1));
    expect_bomb("zstd", make_zstd_bomb());
}

/* Content of an inner coding that stands for nothing, so that it is never seen. */
CoroutineTest(decoding, refuses_bombs_in_inner_codings)
{
    static uint8_t empty[4 * 1024 * 1024], body[64 * 1024];
    for (size_t i = 0; i + sizeof(ZSTD_EMPTY) - 1 <= sizeof(empty); i += sizeof(ZSTD_EMPTY) - 1)
        memcpy(empty + i, ZSTD_EMPTY, sizeof(ZSTD_EMPTY) - 1);
    struct set set;
    size_t size = ZSTD_compress(body, sizeof(body), empty, sizeof(empty), 1);
    struct act bomb = make_coded("zstd, zstd", body, size);
    set_up(&set, (hob_client_options){0}, &bomb, 1);
    cr_expect_eq(read_all(&set, &size), -EOVERFLOW, "%s", hob_fetch_error(set.client));
    cr_expect_eq(size, 0);
    tear_down(&set);
}

static int fetch_all(void *set)
{
    size_t size;
    cr_expect_eq(read_all(set, &size), 0, "%s", hob_fetch_error(((struct set *)set)->client));
    cr_expect_gt(size, 0);
    return 0;
}

/* How much of its stack a coroutine uses that fetches. */
static size_t stack_of_fetch(const struct act *act)
{
    static struct set set; /* which is large */
    struct stack_use use;
    set_up(&set, (hob_client_options){0}, act, 1);
    task_measure(task_current(__func__), fetch_all, &set, &use);
    tear_down(&set);
    return use.used;
}

/* Numbers, which take tables of all kinds. */
static struct act make_zstd_numbers(void)
{
    static char text[64 * 1024], body[64 * 1024];
    size_t length = 0;
    for (int i = 0; length < sizeof(text) - 16; i++)
        length += (size_t)snprintf(text + length, 16, "%d ", i * i);
    return make_coded("zstd", body, ZSTD_compress(body, sizeof(body), text, length, 19));
}

CoroutineTest(decoding, needs_no_more_stack)
{
    if (SANITIZED)
        return; /* frames are larger */
    static const struct act plain[] = {{OK "\r\n" PLAIN, THEN_CLOSE}};
    const struct act acts[] = {CODED("gzip", GZIP), CODED("br", BROTLI), make_zstd_numbers()};
    size_t usual = stack_of_fetch(plain);
    cr_expect_gt(usual, 0);
    for (size_t i = 0; i < COUNT(acts); i++) {
        size_t used = stack_of_fetch(&acts[i]);
        cr_expect_leq(used, usual, "%.*s: %zu bytes, not %zu", 40, acts[i].send, used, usual);
    }
}
