#include "client/codings/coding.h"
#include "tests/support/coded.h"
#include "tests/support/memory.h"
#include "tests/support/or_none.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test.h"

TestSuite(codings, .timeout = 60);

enum { ROOM = 256 };

/* The result of a decoder. */
struct outcome {
    enum decoded result;
    const char *reason;
    size_t made;
    size_t left; /* bytes of input that were not taken */
    char content[ROOM];
};

/* Decodes bytes, with room for so many bytes of content at a time, until it needs more. */
static void
decode(const struct coding *coding, void *decoder, struct outcome *self, struct decode_step step)
{
    size_t room = step.out_size, before;
    do {
        uint8_t *out = malloc(room); /* of the exact size, for AddressSanitizer */
        before = step.in_size;
        step.out = out;
        step.out_size = room;
        self->result = coding->decode(decoder, &step);
        size_t made = room - step.out_size;
        cr_assert(self->made + made < ROOM);
        memcpy(self->content + self->made, out, made);
        self->made += made;
        free(out);
    } while (self->result <= DECODED_WHOLE && (step.out_size < room || step.in_size < before));
    self->reason = step.reason;
    self->left = step.in_size;
}

/* Decodes in two pieces, of which the first one has `first` bytes. */
static struct outcome decode_in_two(
    const struct coding *coding, const char *bytes, size_t size, size_t first, size_t room)
{
    struct outcome self = {.result = DECODED_PART};
    void *decoder = coding->open();
    uint8_t *copy = malloc(size + 1);
    cr_assert(decoder && copy);
    memcpy(copy, bytes, size);
    decode(coding, decoder, &self, (struct decode_step){copy, first, NULL, room, NULL});
    if (self.result <= DECODED_WHOLE && first < size)
        decode(
            coding, decoder, &self,
            (struct decode_step){copy + first, size - first, NULL, room, NULL});
    free(copy);
    coding->close(decoder);
    return self;
}

struct whole {
    const struct coding *coding;
    const char *bytes;
    size_t size;
    const char *content;
};

#define WHOLE(coding, bytes, content)                                                              \
    {                                                                                              \
        &coding_##coding, bytes, sizeof(bytes) - 1, content                                        \
    }

static const struct whole wholes[] = {
    WHOLE(gzip, GZIP, PLAIN),
    WHOLE(gzip, GZIP_EMPTY, ""),
    WHOLE(gzip, GZIP GZIP GZIP_EMPTY GZIP, PLAIN PLAIN PLAIN),
    WHOLE(brotli, BROTLI, PLAIN),
    WHOLE(brotli, BROTLI_EMPTY, ""),
    WHOLE(zstd, ZSTD, PLAIN),
    WHOLE(zstd, ZSTD_EMPTY, ""),
    WHOLE(zstd, ZSTD ZSTD_EMPTY ZSTD, PLAIN PLAIN),
};

Test(codings, decode_what_is_cut_anywhere)
{
    const size_t rooms[] = {1, 2, 5, ROOM};
    for (size_t i = 0; i < COUNT(wholes); i++) {
        const struct whole *whole = &wholes[i];
        for (size_t cut = 0; cut <= whole->size; cut++) {
            for (size_t room = 0; room < COUNT(rooms); room++) {
                struct outcome got =
                    decode_in_two(whole->coding, whole->bytes, whole->size, cut, rooms[room]);
                const char *name = whole->coding->name;
                cr_expect_eq(got.result, DECODED_WHOLE, "%s, %zu bytes", name, whole->size);
                cr_expect_eq(got.left, 0, "%s, %zu bytes, cut at %zu", name, whole->size, cut);
                cr_expect_str_eq(got.content, whole->content, "%s, cut at %zu", name, cut);
            }
        }
    }
}

Test(codings, are_not_whole_before_their_end)
{
    const struct whole cases[] = {
        WHOLE(gzip, GZIP, PLAIN),
        WHOLE(brotli, BROTLI, PLAIN),
        WHOLE(zstd, ZSTD, PLAIN),
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (size_t size = 0; size < cases[i].size; size++) {
            struct outcome got =
                decode_in_two(cases[i].coding, cases[i].bytes, size, size / 2, ROOM);
            cr_expect_eq(got.result, DECODED_PART, "%s, %zu bytes", cases[i].coding->name, size);
            cr_expect_lt(got.made, sizeof(PLAIN), "%s, %zu bytes", cases[i].coding->name, size);
        }
    }
}

Test(codings, refuse_what_is_broken)
{
    const struct whole cases[] = {
        WHOLE(gzip, "hello", "incorrect header check"),
        WHOLE(gzip, "\x78\x9c\xcb\x48\xcd", "incorrect header check"), /* zlib's own format */
        WHOLE(gzip, "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xff", "invalid block type"),
        WHOLE(
            gzip, "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x01\x00\x00\x00\x00\x00\x00",
            "incorrect data check"),
        WHOLE(gzip, GZIP "hello", "something follows its end"),
        WHOLE(brotli, BROTLI "h", "something follows its end"),
        WHOLE(brotli, "\xff\xff\xff\xff", "PADDING"),
        WHOLE(zstd, "hello hello", "Unknown frame descriptor"),
        WHOLE(zstd, ZSTD "hello hello", "Unknown frame descriptor"),
        WHOLE(zstd, ZSTD_LARGE_WINDOW, "Frame requires too much memory for decoding"),
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct whole *broken = &cases[i];
        for (size_t cut = 0; cut <= broken->size; cut++) {
            struct outcome got =
                decode_in_two(broken->coding, broken->bytes, broken->size, cut, ROOM);
            cr_expect_eq(got.result, DECODED_BROKEN, "%s, cut at %zu", broken->content, cut);
            cr_expect(
                strstr(or_none(got.reason), broken->content), "%s: %s", broken->content,
                got.reason);
        }
    }
}

/* The window of br is as large as the server wants, up to 16 MiB. */
Test(codings, return_that_there_is_no_memory)
{
    if (SANITIZED)
        cr_skip("a sanitizer has allocated what it needs for all time");
    void *decoder = coding_brotli.open();
    struct outcome got = {.result = DECODED_PART};
    cr_assert_not_null(decoder);
    limit_address_space(256 * 1024);
    decode(
        &coding_brotli, decoder, &got,
        (struct decode_step){
            (const uint8_t *)BROTLI_MEBIBYTE, sizeof(BROTLI_MEBIBYTE) - 1, NULL, ROOM / 2, NULL});
    unlimit_address_space();
    cr_expect_eq(got.result, DECODED_NO_MEMORY, "%s", or_none(got.reason));
    coding_brotli.close(decoder);
}
