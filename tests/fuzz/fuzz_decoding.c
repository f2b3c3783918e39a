/*
 * Fuzzes the decoders of content codings: the same bytes are decoded at once, and in pieces with
 * little room for content, and the outcome must be the same. The first byte chooses the coding and
 * the size of the pieces.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "client/codings/coding.h"
#include "tests/fuzz/check.h"

/* Content beyond it is left out: a few bytes can decode to endless content. */
enum { CONTENT_MAX = 64 * 1024 };

struct outcome {
    enum decoded result;
    size_t taken; /* bytes of input */
    size_t made;  /* bytes of content */
    char *content;
};

static bool is_over(const struct outcome *self)
{
    return self->result > DECODED_WHOLE || self->made == CONTENT_MAX;
}

/* One step, in memory of the exact sizes. Returns whether it has taken or made anything. */
static bool step(
    const struct coding *coding, void *decoder, struct outcome *self, const uint8_t *data,
    size_t size, size_t room)
{
    size_t left = CONTENT_MAX - self->made;
    room = room < left ? room : left;
    uint8_t *in = memcpy(allocate_exactly(size), data, size);
    uint8_t *out = allocate_exactly(room);
    struct decode_step step = {in, size, out, room, NULL};
    self->result = coding->decode(decoder, &step);
    size_t taken = size - step.in_size, made = room - step.out_size;
    CHECK(step.in == in + taken && step.out == out + made && taken <= size && made <= room);
    memcpy(self->content + self->made, out, made);
    self->taken += taken;
    self->made += made;
    free(in);
    free(out);
    return taken > 0 || made > 0;
}

static struct outcome
decode(const struct coding *coding, const uint8_t *data, size_t size, size_t piece, size_t room)
{
    struct outcome self = {.content = allocate_exactly(CONTENT_MAX)};
    void *decoder = coding->open();
    CHECK(decoder);
    for (size_t end = 0; end < size && !is_over(&self);) {
        end = size - end < piece ? size : end + piece;
        while (!is_over(&self) &&
               step(coding, decoder, &self, data + self.taken, end - self.taken, room))
            ;
        if (self.taken < end)
            break;
    }
    coding->close(decoder);
    return self;
}

/*
 * A decoder may have made more or less content before it finds that the input is broken. libzstd
 * 1.5.4 accepts an empty frame that announces a content size, but only in pieces.
 */
static void
check_same(const struct coding *coding, const struct outcome *a, const struct outcome *b)
{
    bool broken = a->result > DECODED_WHOLE || b->result > DECODED_WHOLE;
    size_t made = a->made < b->made ? a->made : b->made;
    CHECK(memcmp(a->content, b->content, made) == 0);
    if (a->made == CONTENT_MAX || b->made == CONTENT_MAX)
        return;
    if (coding == &coding_zstd && broken)
        return;
    CHECK(a->result == b->result);
    CHECK(broken || (a->made == b->made && a->taken == b->taken));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct coding *const codings[] = {&coding_gzip, &coding_brotli, &coding_zstd};
    if (size == 0)
        return 0;
    const struct coding *coding = codings[data[0] % 3];
    size_t piece = 1U + data[0] / 3;
    struct outcome whole = decode(coding, data + 1, size - 1, SIZE_MAX, CONTENT_MAX);
    struct outcome pieces = decode(coding, data + 1, size - 1, piece, piece * 3);
    check_same(coding, &whole, &pieces);
    free(whole.content);
    free(pieces.content);
    return 0;
}
