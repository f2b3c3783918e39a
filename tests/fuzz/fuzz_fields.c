/*
 * Holds the parser's own reading of header fields against llhttp, which reads the whole head: both
 * must accept the same heads, with the same fields and the same framing. The input is what follows
 * the first two lines of a request.
 */
#include <llhttp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "http/parser.h"
#include "tests/fuzz/check.h"

#define BEGIN "GET / HTTP/1.1\r\nHost: h\r\n"

enum { INPUT_MAX = 8192 };

/* The names and values that llhttp has read, each ended by NUL. */
struct reading {
    char strings[2 * INPUT_MAX];
    size_t length;
    bool complete;
};

static int add(llhttp_t *http, const char *at, size_t length)
{
    struct reading *self = http->data;
    memcpy(self->strings + self->length, at, length);
    self->length += length;
    return 0;
}

static int end_name(llhttp_t *http)
{
    return add(http, "", 1);
}

static int end_value(llhttp_t *http)
{
    struct reading *self = http->data;
    while (is_space(self->strings[self->length - 1]))
        self->length--;
    return add(http, "", 1);
}

static int end_head(llhttp_t *http)
{
    ((struct reading *)http->data)->complete = true;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_header_field = add,
    .on_header_field_complete = end_name,
    .on_header_value = add,
    .on_header_value_complete = end_value,
    .on_headers_complete = end_head,
};

/* Refusals that are hob's own, or the limits of this fuzzer, or llhttp's behind the head. */
static bool is_own_rule(const char *reason)
{
    static const char *const rules[] = {
        "Host header",
        "only expectation",
        "Transfer-Encoding has",
        "transfer coding known",
        "larger than",
        "more than",
        "overflows",
        "invalid `Transfer-Encoding`",
    };
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (strstr(reason, rules[i]))
            return true;
    }
    return false;
}

static void check_same_fields(const struct head *head, const struct reading *theirs)
{
    const char *name, *value, *at = theirs->strings;
    for (size_t position = 0; head_next(head, &position, &name, &value);) {
        CHECK(at < theirs->strings + theirs->length && strcmp(at, name) == 0);
        at += strlen(at) + 1;
        CHECK(strcmp(at, value) == 0);
        at += strlen(at) + 1;
    }
    CHECK(at == theirs->strings + theirs->length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct reading theirs;
    static const struct parser_limits limits = {
        .target = 16, .head = 2 * INPUT_MAX, .header_count = INPUT_MAX, .framing = INPUT_MAX};
    if (size > INPUT_MAX)
        return 0;
    size_t length = strlen(BEGIN) + size;
    char *bytes = allocate_exactly(length);
    memcpy(mempcpy(bytes, BEGIN, strlen(BEGIN)), data, size);

    llhttp_t http;
    llhttp_init(&http, HTTP_REQUEST, &settings);
    theirs = (struct reading){.length = 0};
    http.data = &theirs;
    llhttp_errno_t err = llhttp_execute(&http, bytes, length);

    char *room = allocate_exactly(parser_room(&limits));
    struct head head;
    struct parser parser;
    parser_init(&parser, &head, room, &limits);
    parser_feed(&parser, bytes, length);

    /* Tabs around the value of a field for the framing are hob's to remove: see give_field(). */
    bool tabs = memchr(data, '\t', size);
    bool ours_complete = parser.state == PARSER_BODY || parser.state == PARSER_DONE;
    if (ours_complete && !tabs)
        CHECK(theirs.complete && parser.chunked == !!(http.flags & F_CHUNKED));
    if (ours_complete && theirs.complete)
        check_same_fields(&head, &theirs);
    if (theirs.complete && !ours_complete && !tabs)
        CHECK(parser.state == PARSER_FAILED && (is_own_rule(parser.reason) || err != HPE_PAUSED));
    free(room);
    free(bytes);
    return 0;
}
