#!/usr/bin/env bash
# Surprise: the HTTP clients of Tcl and Guile take an early hint for the answer.
#
# Guess:    a client skips interim responses that it does not know, and waits for the final one
#           (RFC 9110 15.2). That all of 1xx is interim holds for statuses of the future, too.
# Package:  tcl8.6, libtcl8.6 8.6.13+dfsg-2 (http 2.9.8), guile-3.0, guile-3.0-libs 3.0.8-2 (Debian 12)
# Seen:     for 103 and then 200 with "hello", both report status 103 and no content, without an
#           error. A server that sends hints to all its clients has no answer for these.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
debian tcl8.6=8.6.13+dfsg-2 libtcl8.6=8.6.13+dfsg-2 guile-3.0=3.0.8-2 guile-3.0-libs=3.0.8-2 \
  libgc1=1:8.2.2-3 libunistring2=1.0-2
libraries=$(echo "$PWD"/root/usr/lib/*-linux-gnu)

cat >get.tcl <<'END'
package require http
set token [http::geturl [lindex $argv 0]]
puts "[http::ncode $token] '[http::data $token]'"
END
cat >get.scm <<'END'
(use-modules (web client) (web response))
(call-with-values
  (lambda () (http-get (cadr (command-line))))
  (lambda (response content)
    (format #t "~a '~a'\n" (response-code response) (or content ""))))
END
port=$(free_port)
in_background node "$folder/upstream.js" "$port"
wait_for_port "$port"
with_tcl() {
  env LD_LIBRARY_PATH="$libraries" TCL_LIBRARY="$PWD/root/usr/share/tcltk/tcl8.6" \
    root/usr/bin/tclsh8.6 get.tcl "http://127.0.0.1:$port$1"
}
with_guile() {
  env LD_LIBRARY_PATH="$libraries" GUILE_LOAD_PATH="$PWD/root/usr/share/guile/3.0" \
    GUILE_LOAD_COMPILED_PATH="$libraries/guile/3.0/ccache" \
    root/usr/bin/guile-3.0 --no-auto-compile \
    get.scm "http://127.0.0.1:$port$1"
}
expect "200 alone, Tcl" "$(with_tcl /whole)" "200 'hello'"
expect "200 alone, Guile" "$(with_guile /whole)" "200 'hello'"
expect "103 and 200, Tcl" "$(with_tcl /early)" "103 ''"
expect "103 and 200, Guile" "$(with_guile /early)" "103 ''"
