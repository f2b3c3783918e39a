#!/usr/bin/env bash
# Surprise: Varnish answers 503 when its backend sends an interim response before the final one.
#
# Guess:    a client, and so a proxy towards its backend, takes any number of 1xx responses before the
#           final one, whether it expects them or not (RFC 9110 15.2). It may drop those that are not
#           for it.
# Package:  varnish 7.1.1-2+deb12u1 (Debian 12), one backend, no other configuration; for comparison
#           HAProxy 2.6.12-1+deb12u4 and h2o 2.2.5+dfsg2-7
# Seen:     for a backend that sends 103 and then 200, HAProxy passes on both, h2o the final one, and
#           Varnish replies 503 itself. A service behind Varnish cannot send early hints at all.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=findings/proxies.sh
source "$folder/proxies.sh"
start_varnish
start_haproxy
start_h2o

# statuses_of PORT: the status of each response, in order.
statuses_of() {
  curl --silent --include --max-time 5 "127.0.0.1:$1/early" | sed -n 's|^HTTP/1.1 \([0-9]*\).*|\1|p' |
    xargs
}
expect "directly" "$(statuses_of "$upstream")" "103 200"
expect "HAProxy" "$(statuses_of "$haproxy")" "103 200"
expect "h2o" "$(statuses_of "$h2o")" "200"
expect "Varnish" "$(statuses_of "$varnish")" "503"
