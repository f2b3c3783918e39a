#!/usr/bin/env bash
# Surprise: nghttp2 does not call nghttp2_on_begin_frame_callback for frames of an unknown type.
#
# Guess:    the callback is "invoked when a frame header is received", so a server counts in it all frames
#           of a client that sends too many of them, also those whose type it does not know.
# Package:  libnghttp2-dev, libnghttp2-14 1.52.0-1+deb12u3 (Debian 12)
# Seen:     unknown frames are read and dropped without any callback. A server that limits the frames of
#           a client has to count bytes, or to set nghttp2_option_set_user_recv_extension_type() for each
#           of the other types.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
debian libnghttp2-dev=1.52.0-1+deb12u3 libnghttp2-14=1.52.0-1+deb12u3

cat >count.c <<'END'
#include <nghttp2/nghttp2.h>
#include <stdio.h>

static int begin(nghttp2_session *session, const nghttp2_frame_hd *head, void *context)
{
    (void)session;
    (void)context;
    printf("0x%x ", (unsigned)head->type);
    return 0;
}

int main(void)
{
    static const char input[] = NGHTTP2_CLIENT_MAGIC "\0\0\0\4\0\0\0\0\0"   /* SETTINGS */
                                "\0\0\3\x77\0\0\0\0\0abc"                   /* unknown */
                                "\0\0\10\6\0\0\0\0\0" "12345678";           /* PING */
    nghttp2_session_callbacks *callbacks;
    nghttp2_session *session;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, begin);
    nghttp2_session_server_new(&session, callbacks, NULL);
    ssize_t read = nghttp2_session_mem_recv(session, (const uint8_t *)input, sizeof(input) - 1);
    printf("%s\n", read == sizeof(input) - 1 ? "all read" : "not all read");
    nghttp2_session_del(session);
    nghttp2_session_callbacks_del(callbacks);
    return 0;
}
END
export LD_LIBRARY_PATH
LD_LIBRARY_PATH=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
gcc -I root/usr/include -o count count.c -L "$LD_LIBRARY_PATH" -lnghttp2
expect "SETTINGS, 0x77, PING" "$(./count)" "0x4 0x6 all read"
