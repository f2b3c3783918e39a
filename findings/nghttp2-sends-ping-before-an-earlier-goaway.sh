#!/usr/bin/env bash
# Surprise: nghttp2 sends a PING before a GOAWAY that was submitted earlier.
#
# Guess:    frames that belong to no stream are sent in the order in which they were submitted. A server
#           that submits GOAWAY and then PING knows by the acknowledgement of the PING that the client
#           has read the GOAWAY, as RFC 9113 6.8 suggests for a graceful shutdown.
# Package:  libnghttp2-dev, libnghttp2-14 1.52.0-1+deb12u3 (Debian 12)
# Seen:     PING and SETTINGS overtake all other frames, and nothing says so in the documentation of
#           nghttp2_submit_ping(). The acknowledgement says nothing about the GOAWAY. A server has to
#           submit the PING when the GOAWAY was sent (nghttp2_on_frame_send_callback).
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
debian libnghttp2-dev=1.52.0-1+deb12u3 libnghttp2-14=1.52.0-1+deb12u3

cat >order.c <<'END'
#include <nghttp2/nghttp2.h>
#include <stdio.h>

int main(void)
{
    static const char *const names[] = {[4] = "SETTINGS", [6] = "PING", [7] = "GOAWAY"};
    nghttp2_session_callbacks *callbacks;
    nghttp2_session *session;
    const uint8_t *bytes;
    ssize_t size;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_server_new(&session, callbacks, NULL);
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, NULL, 0);
    while (nghttp2_session_mem_send(session, &bytes) > 0)
        ;
    nghttp2_submit_shutdown_notice(session);
    nghttp2_submit_ping(session, NGHTTP2_FLAG_NONE, NULL);
    while ((size = nghttp2_session_mem_send(session, &bytes)) > 0)
        printf("%s ", names[bytes[3]]); /* one frame at a time */
    printf("\n");
    nghttp2_session_del(session);
    nghttp2_session_callbacks_del(callbacks);
    return 0;
}
END
export LD_LIBRARY_PATH
LD_LIBRARY_PATH=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
gcc -I root/usr/include -o order order.c -L "$LD_LIBRARY_PATH" -lnghttp2
expect "GOAWAY, then PING" "$(./order)" "PING GOAWAY "
