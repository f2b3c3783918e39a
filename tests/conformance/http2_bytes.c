#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "http2.h"
#include "tests/support/http2_wire.h"

enum { CASE_MOST = 128 * 1024 };

/* The preface, and SETTINGS unless there is none. */
static unsigned char *put_beginning(unsigned char *at, bool without_settings)
{
    at = mempcpy(at, HTTP2_PREFACE, strlen(HTTP2_PREFACE));
    return without_settings ? at : http2_put_header(at, SETTINGS, 0, 0, 0);
}

static unsigned char *put_sent(unsigned char *at, const struct http2_sent *sent)
{
    unsigned char *payload = at + HTTP2_FRAME_HEADER;
    size_t length = sent->length;
    if (sent->fields)
        length = http2_encode(sent->fields, payload, HTTP2_PAYLOAD_MOST);
    else if (sent->bytes)
        memcpy(payload, sent->bytes, length);
    else
        memset(payload, 0, length);
    return http2_put_header(at, sent->type, sent->flags, sent->stream, length) + length;
}

char *http2_case_bytes(const struct http2_case *self, size_t *size)
{
    unsigned char *bytes = malloc(CASE_MOST);
    if (!bytes)
        abort();
    unsigned char *at = put_beginning(bytes, self->without_settings);
    for (size_t i = 0; i < HTTP2_FRAMES_MOST; i++) {
        const struct http2_sent *sent = &self->frames[i];
        if (sent->type != 0 || sent->stream != 0 || sent->length > 0)
            at = put_sent(at, sent);
    }
    *size = (size_t)(at - bytes);
    assert(*size < CASE_MOST);
    return (char *)bytes;
}
