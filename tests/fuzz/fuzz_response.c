/*
 * Fuzzes the reader of responses: the same bytes are read at once, and in pieces in place, and the
 * outcome must be the same. Of the first byte, two bits choose what was asked, and the others the
 * size of the pieces.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "client/response_reader.h"
#include "hob/http.h"
#include "http/syntax.h"
#include "tests/fuzz/check.h"

static const struct response_limits limits = {
    .head = 512,
    .header_count = 8,
    .interim_count = 2,
    .framing = 64,
};

struct outcome {
    struct response_reader reader;
    char *body;
    size_t body_length;
    size_t taken;
};

static bool is_over(const struct response_reader *reader)
{
    return reader->state == RESPONSE_DONE || reader->state == RESPONSE_FAILED;
}

static struct outcome read_pieces(const uint8_t *data, size_t size, size_t piece, int to)
{
    struct outcome self = {.body = allocate_exactly(size)};
    response_reader_init(
        &self.reader, allocate_exactly(limits.head), &limits, (enum response_to)to);
    self.reader.trailers = trailers_new(limits.head, limits.header_count);
    CHECK(self.reader.trailers);
    while (self.taken < size && !is_over(&self.reader)) {
        size_t length = size - self.taken < piece ? size - self.taken : piece;
        char *bytes = memcpy(allocate_exactly(length), data + self.taken, length);
        size_t taken = response_reader_feed(&self.reader, bytes, length, bytes);
        CHECK(taken > 0 || self.reader.state == RESPONSE_FAILED);
        CHECK(taken <= length && self.reader.body_length <= taken);
        memcpy(self.body + self.body_length, bytes, self.reader.body_length);
        self.body_length += self.reader.body_length;
        self.taken += taken;
        free(bytes);
    }
    response_reader_end(&self.reader);
    CHECK(is_over(&self.reader));
    return self;
}

static void check_head(const struct response_reader *reader)
{
    const struct head *head = &reader->head;
    const char *at = head->data + head->headers;
    CHECK(reader->status >= 200 && reader->status <= 999);
    CHECK(head->length <= reader->head_bytes && head->header_count <= limits.header_count);
    for (size_t i = 0; i < head->header_count; i++) {
        const char *value = at + strlen(at) + 1;
        CHECK(is_token(at, strlen(at)) && hob_is_field_value(value));
        at = value + strlen(value) + 1;
    }
    CHECK(at == head->data + head->length);
}

static void check_same(const struct outcome *a, const struct outcome *b)
{
    CHECK(a->reader.state == b->reader.state);
    CHECK(strcmp(a->reader.reason, b->reader.reason) == 0);
    CHECK(a->body_length == b->body_length && memcmp(a->body, b->body, a->body_length) == 0);
    if (a->reader.state == RESPONSE_FAILED)
        return;
    CHECK(a->taken == b->taken && a->reader.keep_alive == b->reader.keep_alive);
    CHECK(a->reader.head.length == b->reader.head.length);
    CHECK(memcmp(a->reader.head.data, b->reader.head.data, a->reader.head.length) == 0);
    check_head(&a->reader);
    const struct head *trailers = &a->reader.trailers->strings;
    const struct head *others = &b->reader.trailers->strings;
    CHECK(trailers->length == others->length && trailers->header_count == others->header_count);
    CHECK(trailers->length == 0 || memcmp(trailers->data, others->data, trailers->length) == 0);
}

static void outcome_free(struct outcome *self)
{
    free(self->reader.head.data);
    trailers_free(self->reader.trailers);
    free(self->body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    int to = data[0] % 4 % 3;
    struct outcome whole = read_pieces(data + 1, size - 1, SIZE_MAX, to);
    struct outcome pieces = read_pieces(data + 1, size - 1, 1U + data[0] / 4, to);
    check_same(&whole, &pieces);
    outcome_free(&whole);
    outcome_free(&pieces);
    return 0;
}
