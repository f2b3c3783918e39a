#include "span.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

typedef unsigned char block __attribute__((vector_size(16)));

/* For comparisons, since SSE2 has only those of signed numbers: bytes above 0x7f are negative. */
typedef signed char signed_block __attribute__((vector_size(16)));

static block load(const char *text)
{
    block loaded;
    memcpy(&loaded, text, sizeof(loaded));
    return loaded;
}

/* The index of the first byte of a comparison that does not hold; the size of a block if all do. */
static size_t first_of(signed_block compared)
{
#if defined(__SSE2__)
    return (unsigned)__builtin_ctz(~(unsigned)_mm_movemask_epi8((__m128i)compared));
#elif defined(__aarch64__)
    uint8x8_t halves = vshrn_n_u16(vreinterpretq_u16_u8((uint8x16_t)compared), 4);
    uint64_t bits = ~vget_lane_u64(vreinterpret_u64_u8(halves), 0); /* four for each byte */
    return bits ? (size_t)__builtin_ctzll(bits) / 4 : sizeof(compared);
#else
    size_t i = 0;
    while (i < sizeof(compared) && compared[i])
        i++;
    return i;
#endif
}

size_t span_letters(const char *text, size_t size)
{
    size_t length = 0, run = sizeof(block);
    for (; run == sizeof(block) && size - length >= sizeof(block); length += run) {
        block bytes = load(text + length);
        /* Lower case, and moved up so that "z" becomes DEL and what is larger negative. */
        signed_block up_to_del = (signed_block)((bytes | 0x20) + (0x7f - 'z'));
        run = first_of((up_to_del >= 'a' + (0x7f - 'z')) | (bytes == '-'));
    }
    return length;
}

static bool is_control(unsigned char c)
{
    return (c < ' ' && c != '\t') || c == 0x7f;
}

size_t span_copy_printable(char *to, const char *text, size_t size)
{
    size_t length = 0;
    for (;;) {
        size_t run = sizeof(block);
        for (; run == sizeof(block) && size - length >= sizeof(block); length += run) {
            block bytes = load(text + length);
            memcpy(to + length, &bytes, sizeof(bytes));
            /* Visible ASCII and spaces. DEL becomes negative. */
            run = first_of((signed_block)(bytes + 1) > ' ');
        }
        if (length == size || is_control((unsigned char)text[length]))
            return length;
        to[length] = text[length]; /* a tab, a byte above 0x7f, or one near the end */
        length++;
    }
}
