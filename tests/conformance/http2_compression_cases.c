/*
 * RFC 9113 section 4.3 and RFC 7541: compressed heads. 0x82, 0x86 and 0x84 are ":method: GET",
 * ":scheme: http" and ":path: /" of the static table, and 0x41 begins ":authority".
 */
#include "http2_frames.h"

#define INDEXED "\x82\x86\x84\x41\x1h"
#define X127                                                                                       \
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"                             \
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

/* clang-format off */
static const struct http2_case compression[] = {
    {"head of the static table", "7541 6.1", ANSWERS(200), {BLOCK(INDEXED)}},
    {"index 0", "7541 6.1", ENDS(COMPRESSION_ERROR), {BLOCK(INDEXED "\x80")}},
    {"index of the dynamic table", "7541 6.1", ANSWERS(200),
     {BLOCK(INDEXED "\x40\x1" "a\x1" "b\xbe")}},
    {"index beyond both tables", "7541 2.3.3", ENDS(COMPRESSION_ERROR), {BLOCK(INDEXED "\xc0")}},
    {"name beyond both tables", "7541 6.2.1", ENDS(COMPRESSION_ERROR),
     {BLOCK(INDEXED "\x7f\x20\x1" "b")}},
    {"field that is never indexed", "7541 6.2.3", ANSWERS(200),
     {BLOCK(INDEXED "\x10\x1" "a\x1" "b")}},
    {"block that is cut short", "9113 4.3", ENDS(COMPRESSION_ERROR),
     {BLOCK(INDEXED "\x40\x5" "a")}},
    {"empty block", "9113 8.3.1", RESETS(PROTOCOL_ERROR), {BLOCK("")}},

    /* Integers and strings. */
    {"integer of many bytes", "7541 5.1", ENDS(COMPRESSION_ERROR),
     {BLOCK(INDEXED "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f")}},
    {"integer with leading zeros", "7541 5.1", ANSWERS(200),
     {BLOCK(INDEXED "\0\x1" "a\x7f\x80\x0" X127)}},
    {"string longer than the block", "7541 5.2", ENDS(COMPRESSION_ERROR),
     {BLOCK(INDEXED "\0\x1" "a\x7f\xff\xff\x3")}},
    {"Huffman", "7541 5.2", ANSWERS(200), {BLOCK(INDEXED "\0\x1" "a\x81\x1f")}},
    {"Huffman with padding of zeros", "7541 5.2", ENDS(COMPRESSION_ERROR),
     {BLOCK(INDEXED "\0\x1" "a\x81\x18")}},
    {"Huffman with padding of a byte", "7541 5.2", ENDS(COMPRESSION_ERROR),
     {BLOCK(INDEXED "\0\x1" "a\x82\x1f\xff")}},
    {"Huffman with EOS", "7541 5.2", ENDS(COMPRESSION_ERROR),
     {BLOCK(INDEXED "\0\x1" "a\x84\xff\xff\xff\xff")}},

    /* The size of the dynamic table. */
    {"table of the setting", "7541 6.3", ANSWERS(200), {BLOCK("\x3f\xe1\x1f" INDEXED)}},
    {"table of no size", "7541 6.3", ANSWERS(200), {BLOCK("\x20" INDEXED)}},
    {"table larger than the setting", "7541 6.3", ENDS(COMPRESSION_ERROR),
     {BLOCK("\x3f\xe2\x1f" INDEXED)}},
    {"size behind a field", "7541 4.2", ENDS(COMPRESSION_ERROR), {BLOCK(INDEXED "\x20")}},
    {"field larger than the table", "7541 4.4", ANSWERS(200),
     {BLOCK("\x20" INDEXED "\x40\x1" "a\x1" "b")}},
    {"field that was evicted", "7541 4.4", ENDS(COMPRESSION_ERROR),
     {BLOCK("\x20" INDEXED "\x40\x1" "a\x1" "b\xbe")}},
};
/* clang-format on */

const struct http2_table http2_compression_cases = {"compression", compression, COUNT(compression)};
