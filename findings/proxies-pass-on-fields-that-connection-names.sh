#!/usr/bin/env bash
# Surprise: five of six reverse proxies pass on fields that Connection names as those of one hop.
#
# Guess:    an intermediary removes each field that Connection lists before it passes a message on
#           (RFC 9110 7.6.1), so a field like "X-Mine" that is listed there ends at the next hop.
# Package:  nginx 1.22.1-9+deb12u11, HAProxy 2.6.12-1+deb12u4, lighttpd 1.4.69-1, h2o 2.2.5+dfsg2-7,
#           nghttpx 1.52.0-1+deb12u3, Caddy 2.6.2-5 (Debian 12), each as a reverse proxy with nothing
#           else configured
# Seen:     Caddy alone removes the field, from requests and from responses. HAProxy passes on the
#           field and Connection itself. The others drop Connection and pass the field on, so that the
#           next hop cannot see that it was not meant for it.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=findings/proxies.sh
source "$folder/proxies.sh"
start_nginx
start_haproxy
start_lighttpd
start_h2o
start_nghttpx
start_caddy

# named_fields: of the heads on standard input, which say "X-Mine", and which name it.
named_fields() {
  tr -d '\r' | grep --ignore-case --only-matching -E '^(x-mine|connection: .*x-mine)' |
    tr '[:upper:]' '[:lower:]' | sort | xargs
}
# seen PORT: what reaches the upstream, and what reaches the client.
seen() {
  local request response
  request=$(curl --silent --max-time 5 --header 'X-Mine: client' --header 'Connection: X-Mine' \
    "127.0.0.1:$1/echo" | named_fields)
  response=$(curl --silent --include --max-time 5 "127.0.0.1:$1/named" | named_fields)
  echo "${request:-nothing}, ${response:-nothing}"
}
expect "directly" "$(seen "$upstream")" "connection: x-mine x-mine, connection: x-mine x-mine"
expect "Caddy" "$(seen "$caddy")" "nothing, nothing"
expect "HAProxy" "$(seen "$haproxy")" "connection: x-mine x-mine, connection: x-mine x-mine"
for port in "$nginx" "$lighttpd" "$h2o" "$nghttpx"; do
  expect "nginx, lighttpd, h2o, nghttpx" "$(seen "$port")" "x-mine, x-mine"
done
