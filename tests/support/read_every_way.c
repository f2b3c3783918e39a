#include "tests/support/read_every_way.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/bytes.h"
#include "tests/support/criterion.h"

const struct reading usual_reading = {
    .limits = {.head = 16 * 1024, .header_count = 100, .interim_count = 10, .framing = 16 * 1024},
};

static void note_interim(struct read_response *self)
{
    char status[16];
    size_t length = strlen(self->interim);
    int size = snprintf(status, sizeof(status), "%d ", self->reader.status);
    append_bytes(&self->interim, &length, status, (size_t)size);
}

/*
 * All memory has the exact size that it may have, so that AddressSanitizer finds accesses beyond.
 * The checks are plain ifs because Criterion's assertions cost too much when they hold.
 */
static void feed(struct read_response *self, const char *data, size_t size, bool in_place)
{
    struct response_reader *reader = &self->reader;
    enum response_state before = reader->state;
    char *piece = copy_exactly(data, size);
    char *content = in_place ? piece : allocate_exactly(size);
    size_t taken = response_reader_feed(reader, piece, size, content);
    bool stays = reader->state == before && before != RESPONSE_INTERIM;
    if (taken > size || (taken < size && stays))
        cr_assert_fail("took %zu of %zu bytes, but its state is the same", taken, size);
    if (reader->body_length > taken || (before != RESPONSE_BODY && reader->body_length > 0))
        cr_assert_fail("more content came out than went in");
    append_bytes(&self->body, &self->body_length, content, reader->body_length);
    self->taken += taken;
    if (reader->state == RESPONSE_INTERIM)
        note_interim(self);
    if (!in_place)
        free(content);
    free(piece);
}

static bool is_over(const struct response_reader *reader)
{
    return reader->state == RESPONSE_DONE || reader->state == RESPONSE_FAILED;
}

/* The first piece has `first` bytes, the others have `rest`. */
static struct read_response read_in_pieces(
    const char *bytes, size_t length, const struct reading *how, size_t first, size_t rest)
{
    struct read_response self = {0};
    size_t end = first;
    append_bytes(&self.body, &self.body_length, "", 0);
    append_bytes(&self.interim, &(size_t){0}, "", 0);
    response_reader_init(&self.reader, allocate_exactly(how->limits.head), &how->limits, how->to);
    while (self.taken < length && !is_over(&self.reader)) {
        if (self.taken == end)
            end = length - end > rest ? end + rest : length;
        feed(&self, bytes + self.taken, end - self.taken, first % 2 == 1);
    }
    if (how->ends)
        response_reader_end(&self.reader);
    if (is_over(&self.reader) && response_reader_feed(&self.reader, "H", 1, NULL) != 0)
        cr_assert_fail("it takes bytes after the end");
    return self;
}

/* Describes the difference, or returns NULL. */
static const char *difference(const struct read_response *a, const struct read_response *b)
{
    const struct response_reader *p = &a->reader;
    const struct response_reader *q = &b->reader;
    if (p->state != q->state)
        return "state";
    if (strcmp(p->reason, q->reason) != 0)
        return "error";
    if (strcmp(a->interim, b->interim) != 0)
        return "interim response";
    if (a->body_length != b->body_length || memcmp(a->body, b->body, a->body_length) != 0)
        return "body";
    if (p->state == RESPONSE_FAILED || p->state == RESPONSE_HEAD)
        return NULL;
    if (a->taken != b->taken)
        return "number of bytes taken";
    if (p->head.length != q->head.length || p->head.header_count != q->head.header_count ||
        memcmp(p->head.data, q->head.data, p->head.length) != 0)
        return "head";
    if (p->status != q->status || p->minor != q->minor || p->keep_alive != q->keep_alive ||
        p->framing != q->framing || p->left != q->left)
        return "fact";
    return NULL;
}

static void expect_same(
    const struct read_response *whole, const char *bytes, size_t length, const struct reading *how,
    size_t first, size_t rest)
{
    struct read_response pieces = read_in_pieces(bytes, length, how, first, rest);
    const char *what = difference(whole, &pieces);
    if (what)
        cr_assert_fail(
            "another %s in pieces of %zu, %zu, ... bytes: %s", what, first, rest,
            printable(bytes, length));
    read_response_free(&pieces);
}

struct read_response read_every_way(const char *bytes, size_t length, const struct reading *how)
{
    struct read_response whole = read_in_pieces(bytes, length, how, length, length);
    for (size_t cut = 1; cut < length; cut++)
        expect_same(&whole, bytes, length, how, cut, length - cut);
    expect_same(&whole, bytes, length, how, 1, 1);
    if (whole.reader.head.length > whole.reader.head_bytes)
        cr_assert_fail("the head has grown: %s", printable(bytes, length));
    return whole;
}

void read_response_free(struct read_response *self)
{
    free(self->reader.head.data);
    free(self->body);
    free(self->interim);
}
