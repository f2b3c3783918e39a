/*
 * A content coding (RFC 9110 section 8.4.1) as the client sees it. libhob does not link the
 * libraries that decode: hob::codings does, and the client reaches it by these functions alone.
 */
#ifndef HOB_CLIENT_CODINGS_CODING_H
#define HOB_CLIENT_CODINGS_CODING_H

#include <stddef.h>
#include <stdint.h>

#include "hob/client.h"

/* Memory to read from and to write to. A decoder advances both. */
struct decode_step {
    const uint8_t *in;
    size_t in_size;
    uint8_t *out;
    size_t out_size;
    const char *reason; /* why it has failed with DECODED_BROKEN */
};

enum decoded {
    DECODED_PART,  /* it needs more input, or more room */
    DECODED_WHOLE, /* the content may end here */
    DECODED_BROKEN,
    DECODED_NO_MEMORY,
};

struct coding {
    const char *name;  /* in lower case */
    const char *alias; /* of old servers; NULL if there is none */

    /* Makes a decoder. Returns NULL when out of memory. */
    void *(*open)(void);

    /* Decodes. It does not wait, and needs less than 2 KiB of stack. */
    enum decoded (*decode)(void *decoder, struct decode_step *step);

    void (*close)(void *decoder);
};

struct hob_codings {
    const struct coding *const *list; /* in the order in which the client names them */
    size_t count;
};

extern const struct coding coding_gzip;
extern const struct coding coding_brotli;
extern const struct coding coding_zstd;

#endif
