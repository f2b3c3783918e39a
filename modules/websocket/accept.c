/*
 * SHA-1 (RFC 3174) and Base64 of the handshake. The digest protects nothing here, and libhob needs
 * no library of cryptography.
 */
#include "accept.h"

#include <stdint.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum { KEY_LENGTH = 24, KEY_PADDING = 2, DIGEST_SIZE = 20, BLOCK_SIZE = 64 };

bool accept_is_key(const char *key)
{
    return strspn(key, alphabet) == KEY_LENGTH - KEY_PADDING &&
           strcmp(key + KEY_LENGTH - KEY_PADDING, "==") == 0;
}

static uint32_t rotate(uint32_t value, unsigned bits)
{
    return value << bits | value >> (32 - bits);
}

/* The function and the constant of a round (RFC 3174 section 5). */
static uint32_t mix(unsigned round, uint32_t b, uint32_t c, uint32_t d)
{
    if (round < 20)
        return ((b & c) | (~b & d)) + 0x5a827999;
    if (round < 40)
        return (b ^ c ^ d) + 0x6ed9eba1;
    if (round < 60)
        return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
    return (b ^ c ^ d) + 0xca62c1d6;
}

static void hash_block(uint32_t hash[5], const uint8_t block[BLOCK_SIZE])
{
    uint32_t words[80];
    for (size_t i = 0; i < 16; i++)
        words[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
                   (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (size_t i = 16; i < 80; i++)
        words[i] = rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    uint32_t a = hash[0], b = hash[1], c = hash[2], d = hash[3], e = hash[4];
    for (unsigned i = 0; i < 80; i++) {
        uint32_t next = rotate(a, 5) + mix(i, b, c, d) + e + words[i];
        e = d;
        d = c;
        c = rotate(b, 30);
        b = a;
        a = next;
    }
    hash[0] += a;
    hash[1] += b;
    hash[2] += c;
    hash[3] += d;
    hash[4] += e;
}

/* Of a text of 60 bytes, whose length stands in the second of two blocks (RFC 3174 section 4). */
static void digest(const char *text, uint8_t result[DIGEST_SIZE])
{
    uint32_t hash[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    uint8_t blocks[2 * BLOCK_SIZE] = {0};
    size_t length = strlen(text);
    memcpy(blocks, text, length + 1);
    blocks[length] = 0x80;
    blocks[sizeof(blocks) - 2] = (uint8_t)(length * 8 >> 8);
    blocks[sizeof(blocks) - 1] = (uint8_t)(length * 8);
    hash_block(hash, blocks);
    hash_block(hash, blocks + BLOCK_SIZE);
    for (size_t i = 0; i < DIGEST_SIZE; i++)
        result[i] = (uint8_t)(hash[i / 4] >> (24 - 8 * (i % 4)));
}

static void encode(const uint8_t digest[DIGEST_SIZE], char value[ACCEPT_SIZE])
{
    for (size_t i = 0, out = 0; i < DIGEST_SIZE; i += 3) {
        uint32_t last = i + 2 < DIGEST_SIZE ? digest[i + 2] : 0;
        uint32_t bits = (uint32_t)digest[i] << 16 | (uint32_t)digest[i + 1] << 8 | last;
        for (unsigned shift = 24; shift > 0;)
            value[out++] = alphabet[bits >> (shift -= 6) & 63];
    }
    value[ACCEPT_SIZE - 2] = '='; /* in place of the byte that 20 are short of 21 */
    value[ACCEPT_SIZE - 1] = '\0';
}

void accept_for(const char *key, char value[ACCEPT_SIZE])
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    char text[KEY_LENGTH + sizeof(guid)];
    uint8_t result[DIGEST_SIZE];
    memcpy(text, key, KEY_LENGTH);
    memcpy(text + KEY_LENGTH, guid, sizeof(guid));
    digest(text, result);
    encode(result, value);
}
