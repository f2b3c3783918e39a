/* br (RFC 7932), by Brotli's own library. Its window has up to 16 MiB. */
#include <brotli/decode.h>

#include "coding.h"

static void *open_brotli(void)
{
    return BrotliDecoderCreateInstance(NULL, NULL, NULL);
}

static enum decoded fail(const BrotliDecoderState *decoder, const char **reason)
{
    BrotliDecoderErrorCode code = BrotliDecoderGetErrorCode(decoder);
    *reason = BrotliDecoderErrorString(code);
    bool no_memory = code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
                     code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;
    return no_memory ? DECODED_NO_MEMORY : DECODED_BROKEN;
}

static enum decoded decode_brotli(void *decoder, struct decode_step *step)
{
    if (BrotliDecoderIsFinished(decoder) && step->in_size > 0) {
        step->reason = "something follows its end";
        return DECODED_BROKEN;
    }
    switch (BrotliDecoderDecompressStream(
        decoder, &step->in_size, &step->in, &step->out_size, &step->out, NULL)) {
    case BROTLI_DECODER_RESULT_SUCCESS:
        return DECODED_WHOLE;
    case BROTLI_DECODER_RESULT_ERROR:
        return fail(decoder, &step->reason);
    default:
        return DECODED_PART;
    }
}

static void close_brotli(void *decoder)
{
    BrotliDecoderDestroyInstance(decoder);
}

const struct coding coding_brotli = {"br", NULL, open_brotli, decode_brotli, close_brotli};
