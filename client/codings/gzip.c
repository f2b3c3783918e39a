/* gzip (RFC 1952), by zlib. */
#define ZLIB_CONST /* zlib only reads its input */
#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>

#include "coding.h"

/* inflateInit2() takes the largest window, and expects the header of gzip. */
enum { WINDOW_BITS = MAX_WBITS + 16 };

struct gzip {
    z_stream stream;
    bool ended; /* a member has, and the next one has not begun */
    bool later; /* this is not the first member */
};

static void *open_gzip(void)
{
    struct gzip *self = calloc(1, sizeof(*self));
    if (self && inflateInit2(&self->stream, WINDOW_BITS) != Z_OK) {
        free(self);
        return NULL;
    }
    return self;
}

/* Whether the error is in bytes behind a member that do not begin another one. */
static bool is_behind_end(const struct gzip *self)
{
    return self->later && self->stream.total_in <= 2;
}

static enum decoded interpret(struct gzip *self, int result, const char **reason)
{
    self->ended = result == Z_STREAM_END;
    switch (result) {
    case Z_STREAM_END:
        return DECODED_WHOLE;
    case Z_OK:
    case Z_BUF_ERROR: /* it needs more input or room to go on */
        return DECODED_PART;
    case Z_MEM_ERROR:
        return DECODED_NO_MEMORY;
    default:
        *reason = is_behind_end(self) ? "something follows its end" : self->stream.msg;
        return DECODED_BROKEN;
    }
}

/* A file of gzip is a series of members (RFC 1952 section 2.2), which zlib decodes one by one. */
static enum decoded decode_gzip(void *decoder, struct decode_step *step)
{
    struct gzip *self = decoder;
    z_stream *stream = &self->stream;
    if (self->ended && step->in_size == 0)
        return DECODED_WHOLE;
    if (self->ended) {
        inflateReset(stream);
        self->later = true;
    }
    stream->next_in = step->in;
    stream->avail_in = (uInt)step->in_size;
    stream->next_out = step->out;
    stream->avail_out = (uInt)step->out_size;
    int result = inflate(stream, Z_NO_FLUSH);
    step->in = stream->next_in;
    step->in_size = stream->avail_in;
    step->out = stream->next_out;
    step->out_size = stream->avail_out;
    return interpret(self, result, &step->reason);
}

static void close_gzip(void *decoder)
{
    struct gzip *self = decoder;
    inflateEnd(&self->stream);
    free(self);
}

const struct coding coding_gzip = {"gzip", "x-gzip", open_gzip, decode_gzip, close_gzip};
