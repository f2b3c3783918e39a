#!/usr/bin/env bash
# Surprise: Tcl's http package returns no content when its end is the end of the connection.
#
# Guess:    a response without Content-Length and Transfer-Encoding goes on until the connection ends
#           (RFC 9112 6.3), whether or not it has "Connection: close". A client that asked for
#           "Connection: close" itself, as this one does, reads to the end.
# Package:  tcl8.6, libtcl8.6 8.6.13+dfsg-2 (Debian 12), http 2.9.8
# Seen:     http::geturl returns "hello" for a response that says "Connection: close". Without that
#           field the same content is lost: status "ok", code 200, no error, and 0 bytes of data. A
#           response of HTTP/1.0 is no exception.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
debian tcl8.6=8.6.13+dfsg-2 libtcl8.6=8.6.13+dfsg-2

cat >get.tcl <<'END'
package require http
set token [http::geturl [lindex $argv 0]]
puts "[http::ncode $token] [http::status $token] '[http::data $token]'"
END
port=$(free_port)
in_background node "$folder/upstream.js" "$port"
wait_for_port "$port"
get() {
  env LD_LIBRARY_PATH="$(echo "$PWD"/root/usr/lib/*-linux-gnu)" \
    TCL_LIBRARY="$PWD/root/usr/share/tcltk/tcl8.6" \
    root/usr/bin/tclsh8.6 get.tcl "http://127.0.0.1:$port$1"
}
expect "known length" "$(get /whole)" "200 ok 'hello'"
expect "until close, which is announced" "$(get /until-announced-close)" "200 ok 'hello'"
expect "until close" "$(get /until-close)" "200 ok ''"
expect "the same, curl" "$(answer_of "127.0.0.1:$port/until-close")" "200 hello (whole)"
