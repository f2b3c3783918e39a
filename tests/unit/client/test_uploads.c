/* Bodies of requests. */

#include "hob/client.h"
#include "tests/support/coroutine.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/test.h"

TestSuite(uploads, .timeout = 60);

#define HELLO     "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
#define TOO_LARGE "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"

/* A source that writes so many bytes, a few at a time, and fails at the end if it has an error. */
struct source {
    size_t left;
    size_t piece;
    int err;
};

static int write_source(void *context, void *data, size_t size)
{
    struct source *source = context;
    size_t piece = source->left < source->piece ? source->left : source->piece;
    piece = piece < size ? piece : size;
    hob_yield();
    memset(data, 'x', piece);
    source->left -= piece;
    return piece == 0 ? source->err : (int)piece;
}

struct upload {
    hob_client *client;
    struct fake_upstream upstream;
};

static void upload_begin(struct upload *self, const struct act *acts, size_t count)
{
    fake_upstream_start(&self->upstream, acts, count);
    cr_expect_eq(hob_client_new(NULL, &self->client), 0);
}

static void upload_end(struct upload *self)
{
    hob_client_counts counts;
    hob_client_count(self->client, &counts);
    cr_expect_eq(counts.open, counts.idle);
    hob_client_free(self->client);
    fake_upstream_stop(&self->upstream);
}

/* Posts, and returns the status or an error. */
static int post(struct upload *self, hob_fetch_request request)
{
    hob_fetched *fetched;
    request.url = self->upstream.url;
    request.method = "POST";
    int err = hob_fetch_with(self->client, &request, &fetched);
    int status = err < 0 ? err : hob_fetched_status(fetched);
    hob_fetched_close(fetched);
    return status;
}

CoroutineTest(uploads, come_from_a_source)
{
    static const struct act acts[] = {{HELLO}};
    struct upload upload;
    upload_begin(&upload, acts, 1);
    struct source source = {.left = 6, .piece = 4};
    hob_fetch_request request = {.source = write_source, .context = &source};
    cr_expect_eq(post(&upload, request), 200, "%s", hob_fetch_error(upload.client));
    cr_expect(strstr(
        upload.upstream.received, "Transfer-Encoding: chunked\r\n\r\n4\r\nxxxx\r\n"
                                  "2\r\nxx\r\n0\r\n\r\n"));
    source = (struct source){.left = 6, .piece = 4};
    request.source_has_length = true;
    request.source_length = 6;
    cr_expect_eq(post(&upload, request), 200, "%s", hob_fetch_error(upload.client));
    cr_expect(strstr(upload.upstream.received, "Content-Length: 6\r\n\r\nxxxxxx"));
    cr_expect_eq(upload.upstream.accepted, 1);
    upload_end(&upload);
}

CoroutineTest(uploads, fail_with_their_source)
{
    static const struct act acts[] = {{HELLO}};
    static const struct {
        struct source source;
        bool has_length;
        int err;
        const char *words;
    } cases[] = {
        {{.left = 6, .piece = 4, .err = -EIO}, false, -EIO, "the source of the body: Input/output"},
        {{.left = 6, .piece = 4, .err = -EIO}, true, -EIO, "the source of the body: Input/output"},
        {{.left = 9, .piece = 9}, true, -EINVAL, "writes another length than was given"},
        {{.left = 7, .piece = 6}, true, -EINVAL, "writes another length than was given"},
        {{.left = 5, .piece = 4}, true, -EINVAL, "writes another length than was given"},
        {{.left = 0}, true, -EINVAL, "writes another length than was given"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct upload upload;
        struct source source = cases[i].source;
        upload_begin(&upload, acts, 1);
        const hob_fetch_request request = {
            .source = write_source,
            .context = &source,
            .source_has_length = cases[i].has_length,
            .source_length = 6,
        };
        cr_expect_eq(
            post(&upload, request), cases[i].err, "%s: %s", cases[i].words,
            hob_fetch_error(upload.client));
        const char *error = hob_fetch_error(upload.client);
        cr_expect(strstr(error, cases[i].words), "%s", error);
        hob_client_counts counts;
        hob_client_count(upload.client, &counts);
        cr_expect_eq(counts.open, 0, "the connection was kept");
        upload_end(&upload);
    }
}

/* A server that answers early reads no more: the upload must neither hang nor lose the answer. */
CoroutineTest(uploads, end_with_an_early_response)
{
    static const struct act acts[] = {
        {TOO_LARGE, THEN_HOLD, .early = true},
        {TOO_LARGE, THEN_CLOSE, .early = true},
        {"HTTP/1.1 100 Continue\r\n\r\n" TOO_LARGE, THEN_HOLD, .early = true, .slow = true},
    };
    static const size_t size = 32 * 1024 * 1024; /* more than sockets take */
    char *body = calloc(1, size);
    for (size_t i = 0; i < 2 * COUNT(acts); i++) {
        struct upload upload;
        struct source source = {.left = size, .piece = size};
        upload_begin(&upload, &acts[i / 2], 1);
        hob_fetch_request request = {.source = write_source, .context = &source};
        if (i % 2)
            request = (hob_fetch_request){.body = body, .body_size = size};
        int status = post(&upload, request);
        bool reset = acts[i / 2].then == THEN_CLOSE && status < 0; /* RFC 9112 section 9.6 */
        cr_expect(
            status == 413 || reset, "%s: %d %s", acts[i / 2].send, status,
            hob_fetch_error(upload.client));
        hob_client_counts counts;
        hob_client_count(upload.client, &counts);
        cr_expect_eq(counts.open, 0, "the connection was kept");
        upload_end(&upload);
    }
    free(body);
}

/* More than what sockets take, of which a server reads all. */
CoroutineTest(uploads, may_be_large)
{
    static const struct act acts[] = {{HELLO}};
    static const size_t size = 300 * 1024;
    char *body = calloc(1, size);
    struct upload upload;
    upload_begin(&upload, acts, 1);
    memset(body, 'x', size);
    cr_expect_eq(post(&upload, (hob_fetch_request){.body = body, .body_size = size}), 200);
    struct source source = {.left = size, .piece = size};
    const hob_fetch_request request = {.source = write_source, .context = &source};
    cr_expect_eq(post(&upload, request), 200);
    cr_expect_eq(upload.upstream.accepted, 1);
    upload_end(&upload);
    free(body);
}
