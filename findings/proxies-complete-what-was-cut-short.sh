#!/usr/bin/env bash
# Surprise: behind Caddy and lighttpd a client takes half a chunked response for a whole one.
#
# Guess:    when the upstream closes the connection before the last chunk, the proxy ends its own
#           response in a way that the client can distinguish from a complete one (RFC 9112 section 8).
# Package:  caddy 2.6.2-5, lighttpd 1.4.69-1 (Debian 12), a reverse proxy and nothing else configured
# Seen:     both send the client what came, and then a proper last chunk (Caddy) or a Content-Length
#           that fits what came (lighttpd): curl reports success. When the upstream's response has a
#           Content-Length, Caddy cuts its own short; lighttpd leaves the client waiting for the
#           rest for more than 3 s.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=findings/proxies.sh
source "$folder/proxies.sh"
start_caddy
start_lighttpd

expect "chunks cut, directly" "$(answer_of "127.0.0.1:$upstream/cut-chunks")" "200 hello (cut short)"
expect "chunks cut, Caddy" "$(answer_of "127.0.0.1:$caddy/cut-chunks")" "200 hello (whole)"
expect "chunks cut, lighttpd" "$(answer_of "127.0.0.1:$lighttpd/cut-chunks")" "200 hello (whole)"
expect "known length cut, Caddy" "$(answer_of "127.0.0.1:$caddy/cut-length")" "200 hello (cut short)"
expect "known length cut, lighttpd" "$(answer_of "127.0.0.1:$lighttpd/cut-length")" \
  "200 hello (never ends)"
