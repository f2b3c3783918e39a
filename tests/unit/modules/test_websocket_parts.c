/* Frames, UTF-8 and the handshake's digest. The rules as a whole: integration/test_websocket.c. */
#include "modules/websocket/accept.h"
#include "modules/websocket/frame.h"
#include "modules/websocket/utf8.h"
#include "tests/support/test.h"

TestSuite(websocket_parts, .timeout = 20);

/*
 * Frames.
 */

static const struct {
    uint64_t length;
    const char *head; /* of a text of a server */
    size_t size;
} heads[] = {
    {0, "\x81\x00", 2},
    {125, "\x81\x7d", 2},
    {126, "\x81\x7e\x00\x7e", 4},
    {65535, "\x81\x7e\xff\xff", 4},
    {65536, "\x81\x7f\0\0\0\0\0\x01\0\0", 10},
    {INT64_MAX, "\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", 10},
};

Test(websocket_parts, heads_are_written_in_the_shortest_form)
{
    for (size_t i = 0; i < COUNT(heads); i++) {
        char head[FRAME_HEAD_MAX];
        size_t size = frame_head(head, FRAME_TEXT, true, heads[i].length);
        cr_assert_eq(size, heads[i].size, "%zu", i);
        cr_expect_arr_eq(head, heads[i].head, size, "%zu", i);
    }
    char head[FRAME_HEAD_MAX];
    frame_head(head, FRAME_BINARY, false, 1);
    cr_expect_arr_eq(head, "\x02\x01", 2);
}

/* The head of a client: the same with the mask. Each of its beginnings is too short. */
Test(websocket_parts, heads_are_parsed_when_they_are_whole)
{
    for (size_t i = 0; i < COUNT(heads); i++) {
        char head[FRAME_HEAD_MAX + 4];
        struct frame frame;
        const char *reason = NULL;
        size_t size = heads[i].size + 4;
        memcpy(head, heads[i].head, heads[i].size);
        head[1] |= (char)0x80;
        memcpy(head + heads[i].size, (const char[4]){'m', 'a', 's', 'k'}, 4);
        for (size_t j = 0; j < size; j++)
            cr_expect_eq(frame_parse(head, j, &frame, &reason), 0, "%zu: %zu", i, j);
        cr_assert_eq(frame_parse(head, size, &frame, &reason), (int)size, "%zu: %s", i, reason);
        cr_expect_eq(frame.opcode, FRAME_TEXT);
        cr_expect(frame.final);
        cr_expect_eq(frame.length, heads[i].length, "%zu", i);
        cr_expect_arr_eq(frame.mask, "mask", 4);
    }
}

/* Against one byte after the other, at each offset, and to a place before it. */
Test(websocket_parts, masks_are_removed_by_words)
{
    static const uint8_t mask[4] = {0x01, 0x80, 0xff, 0x5a};
    char bytes[64];
    for (size_t size = 0; size <= 40; size++) {
        for (size_t offset = 0; offset < 8; offset++) {
            for (size_t i = 0; i < sizeof(bytes); i++)
                bytes[i] = (char)(i * 7);
            frame_unmask(bytes, bytes + 6, size, mask, offset);
            for (size_t i = 0; i < size; i++)
                cr_assert_eq(
                    bytes[i], (char)((char)((i + 6) * 7) ^ mask[(offset + i) % 4]),
                    "%zu bytes at %zu: %zu", size, offset, i);
        }
    }
}

Test(websocket_parts, close_codes_are_those_that_are_registered)
{
    static const unsigned allowed[][2] = {{1000, 1003}, {1007, 1014}, {3000, 4999}};
    for (unsigned code = 0; code < 0x10000; code++) {
        bool expected = false;
        for (size_t i = 0; i < COUNT(allowed); i++)
            expected |= code >= allowed[i][0] && code <= allowed[i][1];
        cr_assert_eq(frame_may_close_with(code), expected, "%u", code);
    }
}

/*
 * UTF-8.
 */

/* A decoder by the definition (RFC 3629 section 3): each character from its number. */
static size_t encode(unsigned character, char *text)
{
    if (character < 0x80) {
        text[0] = (char)character;
        return 1;
    }
    size_t size = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, character >>= 6)
        text[i] = (char)(0x80 | (character & 0x3f));
    text[0] = (char)((0xf00 >> size & 0xff) | character);
    return size;
}

Test(websocket_parts, every_character_but_the_surrogates_is_valid)
{
    char text[4];
    for (unsigned character = 0; character < 0x110200; character++) {
        bool expected = character < 0x110000 && (character < 0xd800 || character > 0xdfff);
        size_t size = encode(character, text);
        cr_assert_eq(utf8_is_valid(text, size), expected, "U+%04X", character);
    }
}

/* Of all texts of two bytes, and of three with a third that continues. */
Test(websocket_parts, no_other_bytes_are_valid)
{
    for (unsigned first = 0x80; first < 0x100; first++) {
        for (unsigned second = 0; second < 0x100; second++) {
            const char text[3] = {(char)first, (char)second, (char)0x80};
            bool continues = second >= 0x80 && second <= 0xbf;
            cr_assert_eq(
                utf8_is_valid(text, 2), continues && first >= 0xc2 && first <= 0xdf, "%02x %02x",
                first, second);
            bool three = continues && first >= 0xe0 && first <= 0xef &&
                         (first != 0xe0 || second >= 0xa0) && (first != 0xed || second <= 0x9f);
            cr_assert_eq(utf8_is_valid(text, 3), three, "%02x %02x 80", first, second);
        }
    }
}

Test(websocket_parts, characters_may_come_in_pieces)
{
    static const char text[] = "0123456\xc3\xa4 0123456789 \xe2\x82\xac\xf0\x9f\x8d\x9f.";
    for (size_t i = 0; i < sizeof(text); i++) {
        for (size_t j = i; j < sizeof(text); j++) {
            struct utf8 utf8 = {0};
            cr_expect(utf8_feed(&utf8, text, i), "%zu", i);
            cr_expect(utf8_feed(&utf8, text + i, j - i), "%zu %zu", i, j);
            cr_expect(utf8_feed(&utf8, text + j, sizeof(text) - j), "%zu %zu", i, j);
            cr_expect(utf8_is_whole(&utf8));
        }
    }
    cr_expect_not(utf8_is_valid("\xe2\x82", 2), "it has no end");
}

/*
 * The handshake.
 */

/* From RFC 6455 section 1.3, and by sha1sum(1) and base64(1). */
Test(websocket_parts, keys_have_their_values)
{
    char value[ACCEPT_SIZE];
    accept_for("dGhlIHNhbXBsZSBub25jZQ==", value);
    cr_expect_str_eq(value, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    accept_for("AAAAAAAAAAAAAAAAAAAAAA==", value);
    cr_expect_str_eq(value, "ICX+Yqv66kxgM0FcWaLWlFLwTAI=");
}
