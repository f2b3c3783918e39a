/* The header of the PROXY protocol, as a whole and in pieces. */
#include <errno.h>

#include "hob/address.h"
#include "net/proxy_header.h"
#include "tests/fuzz/check.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    char text[HOB_PEER_SIZE];
    const char *data = (const char *)bytes;
    union peer peer = {.any.sa_family = AF_UNIX};
    bool tls = false;
    int whole = proxy_header_parse(data, size, &peer, &tls);
    CHECK(whole == -EPROTO || (whole >= 0 && (size_t)whole <= size && whole <= PROXY_HEADER_MAX));
    CHECK(whole != 0 || size < PROXY_HEADER_MAX);
    CHECK(peer_format(&peer, text, sizeof(text)) == 0);
    size_t end = whole > 0 ? (size_t)whole : size;
    for (size_t i = 0; i < end; i++) {
        int length = proxy_header_parse(data, i, &peer, &tls);
        CHECK(length == 0 || (length == -EPROTO && whole == -EPROTO));
        if (length != 0)
            return 0;
    }
    return 0;
}
