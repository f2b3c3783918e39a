#include "frame.h"

#include <errno.h>
#include <string.h>

enum { FINAL = 0x80, RESERVED = 0x70, OPCODE = 0x0f, MASKED = 0x80, LENGTH = 0x7f };

/* Of the second byte: the length follows in 2 or 8 bytes. */
enum { LENGTH_16 = 126, LENGTH_64 = 127 };

static uint64_t read_number(const uint8_t *bytes, size_t size)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++)
        number = number << 8 | bytes[i];
    return number;
}

static bool is_opcode(unsigned opcode)
{
    return opcode <= FRAME_BINARY || (opcode >= FRAME_CLOSE && opcode <= FRAME_PONG);
}

/* Returns the reason for which the first two bytes are refused, or NULL. */
static const char *check_begin(uint8_t first, uint8_t second)
{
    unsigned opcode = first & OPCODE;
    if (first & RESERVED)
        return "a reserved bit is set";
    if (!is_opcode(opcode))
        return "the opcode is unknown";
    if (opcode >= FRAME_CLOSE && !(first & FINAL))
        return "a control frame is fragmented";
    if (opcode >= FRAME_CLOSE && (second & LENGTH) > FRAME_CONTROL_MAX)
        return "a control frame has more than 125 bytes";
    return second & MASKED ? NULL : "the frame is not masked";
}

/* Each length has one form, the shortest (RFC 6455 section 5.2). */
static const char *check_length(size_t extended, uint64_t length)
{
    if ((extended == 2 && length < LENGTH_16) || (extended == 8 && length <= UINT16_MAX))
        return "the length is not in its shortest form";
    return length > INT64_MAX ? "the highest bit of the length is set" : NULL;
}

int frame_parse(const char *data, size_t size, struct frame *frame, const char **reason)
{
    const uint8_t *bytes = (const uint8_t *)data;
    if (size < 2)
        return 0;
    *reason = check_begin(bytes[0], bytes[1]);
    if (*reason)
        return -EPROTO;
    size_t length = bytes[1] & LENGTH;
    size_t extended = length == LENGTH_16 ? 2 : length == LENGTH_64 ? 8 : 0;
    size_t head = 2 + extended + sizeof(frame->mask);
    if (size < head)
        return 0;
    frame->opcode = bytes[0] & OPCODE;
    frame->final = bytes[0] & FINAL;
    frame->length = extended > 0 ? read_number(bytes + 2, extended) : length;
    memcpy(frame->mask, bytes + 2 + extended, sizeof(frame->mask));
    *reason = check_length(extended, frame->length);
    return *reason ? -EPROTO : (int)head;
}

size_t frame_head(char head[FRAME_HEAD_MAX], enum frame_opcode opcode, bool final, uint64_t length)
{
    size_t extended = length < LENGTH_16 ? 0 : length <= UINT16_MAX ? 2 : 8;
    head[0] = (char)((unsigned)opcode | (final ? FINAL : 0));
    head[1] = (char)(extended == 0 ? length : extended == 2 ? LENGTH_16 : LENGTH_64);
    for (size_t i = 0; i < extended; i++)
        head[2 + i] = (char)(length >> 8 * (extended - 1 - i));
    return 2 + extended;
}

void frame_unmask(char *to, const char *from, size_t size, const uint8_t mask[4], uint64_t offset)
{
    uint8_t turned[8];
    uint64_t mask_word, word;
    for (size_t i = 0; i < sizeof(turned); i++)
        turned[i] = mask[(offset + i) % 4];
    memcpy(&mask_word, turned, sizeof(mask_word));
    size_t i = 0;
    for (; i + sizeof(word) <= size; i += sizeof(word)) {
        memcpy(&word, from + i, sizeof(word));
        word ^= mask_word;
        memcpy(to + i, &word, sizeof(word));
    }
    for (; i < size; i++)
        to[i] = (char)(from[i] ^ turned[i % sizeof(turned)]);
}

/* 1004 is not defined; 1005, 1006 and 1015 describe ends without such a frame. */
bool frame_may_close_with(unsigned code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}
