#include "tests/support/parse_every_way.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/bytes.h"
#include "tests/support/criterion.h"

/* The server does so before the handler runs. After that, the parser must not add to the head. */
static void move_head(struct head *head)
{
    char *room = head->data;
    head->data = copy_exactly(room, head->length);
    free(room);
}

/*
 * All memory has the exact size that it may have, so that AddressSanitizer finds accesses beyond.
 * The checks are plain ifs because Criterion's assertions cost too much when they hold.
 */
static void feed(struct parsed *self, const char *data, size_t size)
{
    struct parser *parser = &self->parser;
    enum parser_state before = parser->state;
    char *piece = copy_exactly(data, size);
    char *out = allocate_exactly(size);
    parser->body = out;
    parser->body_length = 0;
    size_t taken = parser_feed(parser, piece, size);
    if (taken > size || (taken < size && parser->state == before))
        cr_assert_fail("took %zu of %zu bytes, but its state is the same", taken, size);
    if (parser->body_length > taken || (before == PARSER_HEAD && parser->body_length > 0))
        cr_assert_fail("more bytes came out than went in");
    append_bytes(&self->body, &self->body_length, out, parser->body_length);
    self->taken += taken;
    parser->body = NULL;
    free(out);
    free(piece);
    if (before == PARSER_HEAD && parser->state != PARSER_HEAD)
        move_head(&self->head);
}

static bool is_over(const struct parser *parser)
{
    return parser->state == PARSER_DONE || parser->state == PARSER_FAILED;
}

/* The first piece has `first` bytes, the others have `rest`. */
static struct parsed parse(
    const char *bytes, size_t length, const struct parser_limits *limits, size_t first, size_t rest)
{
    struct parsed self = {0};
    size_t end = first;
    parser_init(&self.parser, &self.head, allocate_exactly(parser_room(limits)), limits);
    while (self.taken < length && !is_over(&self.parser)) {
        if (self.taken == end)
            end = length - end > rest ? end + rest : length;
        feed(&self, bytes + self.taken, end - self.taken);
    }
    if (is_over(&self.parser) && parser_feed(&self.parser, "G", 1) != 0)
        cr_assert_fail("it takes bytes after the end");
    return self;
}

/* Describes the difference, or returns NULL. Does not compare the strings of a failed request. */
static const char *difference(const struct parsed *a, const struct parsed *b)
{
    const struct parser *p = &a->parser;
    const struct parser *q = &b->parser;
    if (p->state != q->state)
        return "state";
    if (a->taken != b->taken)
        return "number of bytes taken";
    if (p->state == PARSER_FAILED)
        return p->status != q->status || strcmp(p->reason, q->reason) != 0 ? "error" : NULL;
    if (p->state == PARSER_HEAD)
        return NULL;

    const struct head *h = &a->head;
    const struct head *k = &b->head;
    if (p->line.method != q->line.method || p->line.minor != q->line.minor ||
        p->keep_alive != q->keep_alive || p->expect_continue != q->expect_continue)
        return "fact";
    if (h->path != k->path || h->query != k->query || h->headers != k->headers ||
        h->header_count != k->header_count || h->length != k->length ||
        memcmp(h->data, k->data, h->length) != 0)
        return "string of the head";
    if (a->body_length != b->body_length || memcmp(a->body, b->body, a->body_length) != 0)
        return "body";
    return NULL;
}

static void expect_same(
    const struct parsed *whole, const char *bytes, size_t length,
    const struct parser_limits *limits, size_t first, size_t rest)
{
    struct parsed pieces = parse(bytes, length, limits, first, rest);
    const char *what = difference(whole, &pieces);
    if (what)
        cr_assert_fail(
            "another %s in pieces of %zu, %zu, ... bytes: %s", what, first, rest,
            printable(bytes, length));
    parsed_free(&pieces);
}

struct parsed parse_every_way(const char *bytes, size_t length, const struct parser_limits *limits)
{
    struct parsed whole = parse(bytes, length, limits, length, length);
    for (size_t cut = 1; cut < length; cut++)
        expect_same(&whole, bytes, length, limits, cut, length - cut);
    expect_same(&whole, bytes, length, limits, 1, 1);
    return whole;
}

void parsed_free(struct parsed *self)
{
    free(self->head.data);
    free(self->body);
}
