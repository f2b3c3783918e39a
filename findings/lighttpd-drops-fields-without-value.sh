#!/usr/bin/env bash
# Surprise: lighttpd as a reverse proxy drops fields whose value is empty.
#
# Guess:    a field value may be empty (RFC 9110 5.5), and an empty one can mean something else than
#           none at all: an empty "TE:" or "Accept-Encoding:" is an answer (12.5.3). A proxy passes such
#           a field on.
# Package:  lighttpd 1.4.69-1 (Debian 12), a reverse proxy and nothing else configured
# Seen:     of "X-None:" and "X-Some: 1" only X-Some arrives, in responses and in requests.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=findings/proxies.sh
source "$folder/proxies.sh"
start_lighttpd

fields() {
  tr -d '\r' | grep -E '^X-(None|Some)' | xargs
}
expect "a response, directly" \
  "$(curl --silent --include "127.0.0.1:$upstream/no-value" | fields)" "X-None: X-Some: 1"
expect "a response, through lighttpd" \
  "$(curl --silent --include "127.0.0.1:$lighttpd/no-value" | fields)" "X-Some: 1"
expect "a request, through lighttpd" \
  "$(curl --silent --header 'X-None;' --header 'X-Some: 1' "127.0.0.1:$lighttpd/echo" | fields)" \
  "X-Some: 1"
expect "a request, directly" \
  "$(curl --silent --header 'X-None;' --header 'X-Some: 1' "127.0.0.1:$upstream/echo" | fields)" \
  "X-None: X-Some: 1"
