/* Ranges of addresses. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hob/address.h"

/* Reads the digits behind the slash. Without any, the network is one address. */
static int parse_bits(const char *text, unsigned most, unsigned *bits)
{
    size_t length = strlen(text);
    if (length < 1 || length > 3 || strspn(text, "0123456789") != length)
        return -EINVAL;
    *bits = (unsigned)strtoul(text, NULL, 10);
    return *bits <= most ? 0 : -EINVAL;
}

/* Whether the first `bits` bits are the same. */
static bool same_bits(const unsigned char *a, const unsigned char *b, unsigned bits)
{
    unsigned bytes = bits / 8, rest = bits % 8;
    return memcmp(a, b, bytes) == 0 && (rest == 0 || (a[bytes] ^ b[bytes]) >> (8 - rest) == 0);
}

static bool is_zero_behind(const unsigned char *bytes, unsigned bits, unsigned size)
{
    for (unsigned bit = bits; bit < size; bit++) {
        if (bytes[bit / 8] & (0x80 >> bit % 8))
            return false;
    }
    return true;
}

int hob_network_parse(const char *text, hob_network *network)
{
    char host[INET6_ADDRSTRLEN];
    size_t length = strcspn(text, "/");
    memset(network, 0, sizeof(*network));
    if (strcmp(text, "unix:") == 0) {
        network->family = AF_UNIX;
        return 0;
    }
    if (length >= sizeof(host))
        return -EINVAL;
    *(char *)mempcpy(host, text, length) = '\0';
    network->family = strchr(host, ':') ? AF_INET6 : AF_INET;
    unsigned size = network->family == AF_INET6 ? 128 : 32;
    network->bits = size;
    if (inet_pton(network->family, host, network->bytes) != 1)
        return -EINVAL;
    if (text[length] == '/' && parse_bits(text + length + 1, size, &network->bits) < 0)
        return -EINVAL;
    return is_zero_behind(network->bytes, network->bits, size) ? 0 : -ERANGE;
}

bool hob_network_has(const hob_network *network, const hob_address *address)
{
    sa_family_t family = address->any.sa_family;
    const unsigned char *bytes = family == AF_INET
                                     ? (const unsigned char *)&address->ipv4.sin_addr
                                     : (const unsigned char *)&address->ipv6.sin6_addr;
    if (family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&address->ipv6.sin6_addr)) {
        family = AF_INET;
        bytes += 12;
    }
    bool is_ip = family == AF_INET || family == AF_INET6;
    return family == network->family && (!is_ip || same_bits(bytes, network->bytes, network->bits));
}
