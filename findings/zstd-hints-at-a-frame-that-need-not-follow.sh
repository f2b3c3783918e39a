#!/usr/bin/env bash
# Surprise: ZSTD_decompressStream() returns 0 at the end of a frame, and 9 when it is asked again.
#
# Guess:    the function returns 0 when a frame is complete, and otherwise a hint how much input is
#           missing. A decoder that has been given all input and asks once more, for output that did
#           not fit, gets 0 again. So "no input is left, and the result is not 0" means that the
#           content was cut short.
# Package:  libzstd-dev, libzstd1 1.5.4+dfsg2-5 (Debian 12)
# Seen:     behind a whole frame a call without input returns 9, the size of the header of a frame that
#           need not follow, and so does each further call. A decoder has to remember the 0. zlib does
#           that for its user: inflate() returns Z_STREAM_END each time.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
debian libzstd-dev=1.5.4+dfsg2-5 libzstd1=1.5.4+dfsg2-5 zlib1g-dev=1:1.2.13.dfsg-1 zlib1g=1:1.2.13.dfsg-1

cat >decode.c <<'END'
#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

static const char text[] = "fries and noodles, fries and noodles, fries and noodles";

static void with_zstd(void)
{
    char frame[256], output[256];
    size_t size = ZSTD_compress(frame, sizeof(frame), text, sizeof(text), 3);
    ZSTD_DStream *decoder = ZSTD_createDStream();
    ZSTD_inBuffer in = {frame, size, 0};
    ZSTD_outBuffer out = {output, sizeof(output), 0};
    for (int call = 0; call < 3; call++)
        printf("%zu ", ZSTD_decompressStream(decoder, &out, &in));
    printf("%s\n", out.pos == sizeof(text) && in.pos == size ? "whole" : "not whole");
    ZSTD_freeDStream(decoder);
}

static void with_zlib(void)
{
    unsigned char stream[256], output[256];
    uLongf size = sizeof(stream);
    compress(stream, &size, (const unsigned char *)text, sizeof(text));
    z_stream decoder = {.next_in = stream, .avail_in = size, .next_out = output, .avail_out = 256};
    inflateInit(&decoder);
    for (int call = 0; call < 3; call++)
        printf("%d ", inflate(&decoder, Z_NO_FLUSH));
    printf("%s\n", decoder.total_out == sizeof(text) ? "whole" : "not whole");
    inflateEnd(&decoder);
}

int main(void)
{
    with_zstd();
    with_zlib();
    return 0;
}
END
libraries=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
cp "$(echo "$PWD"/root/lib/*-linux-gnu)"/libz.so.1* "$libraries" 2>/dev/null || true
gcc -I root/usr/include -I "$(echo root/usr/include/*-linux-gnu)" -o decode decode.c -L "$libraries" \
  -lzstd -lz
export LD_LIBRARY_PATH=$libraries
expect "zstd: three calls" "$(./decode | sed -n 1p)" "0 9 9 whole"
expect "zlib: three calls (Z_STREAM_END is 1)" "$(./decode | sed -n 2p)" "1 1 1 whole"
