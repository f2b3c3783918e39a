/* zstd (RFC 8878), by libzstd. */
#include <stdbool.h>
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "coding.h"

/* Servers must not need a window of more than 8 MiB (RFC 9659 section 3). */
enum { WINDOW_LOG_MAX = 23 };

struct zstd {
    ZSTD_DCtx *context;
    bool ended; /* a frame has, and the next one has not begun */
};

static void *open_zstd(void)
{
    struct zstd *self = calloc(1, sizeof(*self));
    if (self)
        self->context = ZSTD_createDCtx();
    if (!self || !self->context) {
        free(self);
        return NULL;
    }
    ZSTD_DCtx_setParameter(self->context, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    return self;
}

/* Frames follow one another (RFC 8878 section 3.1). libzstd begins the next one by itself. */
static enum decoded decode_zstd(void *decoder, struct decode_step *step)
{
    struct zstd *self = decoder;
    if (self->ended && step->in_size == 0)
        return DECODED_WHOLE;
    ZSTD_inBuffer in = {step->in, step->in_size, 0};
    ZSTD_outBuffer out = {step->out, step->out_size, 0};
    size_t left = ZSTD_decompressStream(self->context, &out, &in);
    step->in += in.pos;
    step->in_size -= in.pos;
    step->out += out.pos;
    step->out_size -= out.pos;
    self->ended = left == 0;
    if (!ZSTD_isError(left))
        return self->ended ? DECODED_WHOLE : DECODED_PART;
    step->reason = ZSTD_getErrorName(left);
    return ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation ? DECODED_NO_MEMORY
                                                                   : DECODED_BROKEN;
}

static void close_zstd(void *decoder)
{
    struct zstd *self = decoder;
    ZSTD_freeDCtx(self->context);
    free(self);
}

const struct coding coding_zstd = {"zstd", NULL, open_zstd, decode_zstd, close_zstd};
