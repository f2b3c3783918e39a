#include "hob/codings.h"

#include "coding.h"

static const struct coding *const list[] = {
#ifdef HOB_ZLIB
    &coding_gzip,
#endif
#ifdef HOB_BROTLI
    &coding_brotli,
#endif
#ifdef HOB_ZSTD
    &coding_zstd,
#endif
};

const hob_codings *hob_codings_all(void)
{
    static const hob_codings all = {list, sizeof(list) / sizeof(list[0])};
    return &all;
}
