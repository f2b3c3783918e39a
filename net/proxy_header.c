#include "proxy_header.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "hob/address.h"

/* Whether the bytes are the beginning of the text, or begin with it. */
static bool may_begin_with(const char *bytes, size_t size, const char *text, size_t length)
{
    return memcmp(bytes, text, size < length ? size : length) == 0;
}

/*
 * Version 1: a line, such as "PROXY TCP4 192.0.2.1 198.51.100.1 50000 443\r\n" (section 2.1).
 */

static const char v1_begin[] = "PROXY ";
enum { V1_MAX = 107 }; /* bytes of a line, with its end */

/* Takes the next word, which ends with `end`. Returns false if it does not fit. */
static bool take_word(const char **line, char end, char *word, size_t size)
{
    const char *word_end = strchr(*line, end);
    if (!word_end || (size_t)(word_end - *line) >= size)
        return false;
    *(char *)mempcpy(word, *line, (size_t)(word_end - *line)) = '\0';
    *line = word_end + 1;
    return true;
}

/* Only digits, without leading zeros. */
static bool parse_port(const char *text, in_port_t *port)
{
    uint32_t number = 0;
    size_t length = strspn(text, "0123456789");
    if (length == 0 || length > 5 || text[length] != '\0' || (length > 1 && text[0] == '0'))
        return false;
    while (*text)
        number = number * 10 + (uint32_t)(*text++ - '0');
    *port = htons((uint16_t)number);
    return number <= UINT16_MAX;
}

static bool parse_v1_addresses(const char *line, bool ipv6, union peer *peer)
{
    char host[2][INET6_ADDRSTRLEN], port[2][8];
    struct in6_addr bytes[2]; /* IPv4 ones take a part of it */
    in_port_t number[2];
    int family = ipv6 ? AF_INET6 : AF_INET;
    if (!take_word(&line, ' ', host[0], sizeof(host[0])) ||
        !take_word(&line, ' ', host[1], sizeof(host[1])) ||
        !take_word(&line, ' ', port[0], sizeof(port[0])) ||
        !take_word(&line, '\0', port[1], sizeof(port[1])))
        return false;
    for (int i = 0; i < 2; i++) {
        if (inet_pton(family, host[i], &bytes[i]) != 1 || !parse_port(port[i], &number[i]))
            return false;
    }
    *peer = (union peer){.any.sa_family = (sa_family_t)family};
    if (ipv6) {
        peer->ipv6.sin6_addr = bytes[0];
        peer->ipv6.sin6_port = number[0];
    } else {
        memcpy(&peer->ipv4.sin_addr, &bytes[0], sizeof(peer->ipv4.sin_addr));
        peer->ipv4.sin_port = number[0];
    }
    return true;
}

/* `line` is the part behind "PROXY ", without its end. */
static bool parse_v1_line(const char *line, union peer *peer)
{
    if (strcmp(line, "UNKNOWN") == 0 || strncmp(line, "UNKNOWN ", 8) == 0)
        return true;
    bool ipv6 = strncmp(line, "TCP6 ", 5) == 0;
    return (ipv6 || strncmp(line, "TCP4 ", 5) == 0) && parse_v1_addresses(line + 5, ipv6, peer);
}

static int parse_v1(const char *bytes, size_t size, union peer *peer)
{
    char line[V1_MAX];
    size_t begin = sizeof(v1_begin) - 1;
    size = size < V1_MAX ? size : V1_MAX;
    const char *end = size > begin ? memchr(bytes + begin, '\n', size - begin) : NULL;
    if (!end)
        return size == V1_MAX ? -EPROTO : 0;
    size_t length = (size_t)(end - bytes) - begin;
    memcpy(line, bytes + begin, length);
    if (length == 0 || line[length - 1] != '\r' || memchr(line, '\0', length))
        return -EPROTO;
    line[length - 1] = '\0';
    return parse_v1_line(line, peer) ? (int)(end + 1 - bytes) : -EPROTO;
}

/*
 * Version 2: binary (section 2.2).
 */

static const char v2_begin[] = "\r\n\r\n\0\r\nQUIT\n";
enum { V2_FIXED = 16 }; /* bytes before the addresses */

enum { COMMAND_LOCAL = 0x20, COMMAND_PROXY = 0x21 };
enum { FAMILY_UNSPEC, FAMILY_INET, FAMILY_INET6, FAMILY_UNIX }; /* the upper half of a byte */
enum { TRANSPORT_UNSPEC, TRANSPORT_STREAM, TRANSPORT_DGRAM };   /* the lower half */

static size_t big_endian(const char *bytes)
{
    return (size_t)(unsigned char)bytes[0] << 8 | (unsigned char)bytes[1];
}

enum { TYPE_SSL = 0x20 };   /* the type of an extension */
enum { CLIENT_SSL = 0x01 }; /* a bit of the first byte of its value */

/*
 * Whether extensions (TLVs, section 2.2) fill these bytes: type, length and value of each. Sets
 * *tls if one says that the client has used TLS.
 */
static bool parse_extensions(const char *bytes, size_t size, bool *tls)
{
    while (size > 0) {
        if (size < 3 || size - 3 < big_endian(bytes + 1))
            return false;
        size_t length = 3 + big_endian(bytes + 1);
        if (bytes[0] == TYPE_SSL && length > 3)
            *tls = bytes[3] & CLIENT_SSL;
        bytes += length;
        size -= length;
    }
    return true;
}

/* Sets the source from `block`: two addresses, two ports, then extensions. */
static bool parse_v2_block(int family, const char *block, size_t size, union peer *peer, bool *tls)
{
    static const size_t address_sizes[] = {
        [FAMILY_UNSPEC] = 0, [FAMILY_INET] = 12, [FAMILY_INET6] = 36, [FAMILY_UNIX] = 216};
    size_t used = address_sizes[family];
    if (size < used || !parse_extensions(block + used, size - used, tls))
        return false;
    if (family == FAMILY_INET) {
        *peer = (union peer){.any.sa_family = AF_INET};
        memcpy(&peer->ipv4.sin_addr, block, 4);
        memcpy(&peer->ipv4.sin_port, block + 8, 2);
    } else if (family == FAMILY_INET6) {
        *peer = (union peer){.any.sa_family = AF_INET6};
        memcpy(&peer->ipv6.sin6_addr, block, 16);
        memcpy(&peer->ipv6.sin6_port, block + 32, 2);
    } else if (family == FAMILY_UNIX) {
        *peer = (union peer){.any.sa_family = AF_UNIX};
    }
    return true;
}

static int parse_v2(const char *bytes, size_t size, union peer *peer, bool *tls)
{
    if (size < V2_FIXED)
        return size > 12 && bytes[12] != COMMAND_LOCAL && bytes[12] != COMMAND_PROXY ? -EPROTO : 0;
    unsigned char command = (unsigned char)bytes[12], kinds = (unsigned char)bytes[13];
    int family = kinds >> 4, transport = kinds & 0x0f;
    size_t length = V2_FIXED + big_endian(bytes + 14);
    if ((command != COMMAND_LOCAL && command != COMMAND_PROXY) || length > PROXY_HEADER_MAX)
        return -EPROTO;
    if (size < length)
        return 0;
    if (command == COMMAND_LOCAL) /* the rest is to be ignored */
        return (int)length;
    if (family > FAMILY_UNIX || transport > TRANSPORT_DGRAM)
        return -EPROTO;
    if (transport == TRANSPORT_UNSPEC)
        family = FAMILY_UNSPEC;
    if (!parse_v2_block(family, bytes + V2_FIXED, length - V2_FIXED, peer, tls))
        return -EPROTO;
    return (int)length;
}

int proxy_header_parse(const char *bytes, size_t size, union peer *peer, bool *tls)
{
    if (may_begin_with(bytes, size, v1_begin, sizeof(v1_begin) - 1))
        return parse_v1(bytes, size, peer);
    if (may_begin_with(bytes, size, v2_begin, sizeof(v2_begin) - 1))
        return parse_v2(bytes, size, peer, tls);
    return -EPROTO;
}
