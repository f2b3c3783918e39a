#!/usr/bin/env bash
# Surprise: h2o as a reverse proxy takes a target in absolute form for a path, and "*" for "/".
#
# Guess:    a server accepts the absolute form of the target (RFC 9112 3.2.2): "GET http://a.test/echo"
#           asks for /echo of a.test. "OPTIONS *" asks about the server, not about a resource (3.2.4).
# Package:  h2o 2.2.5+dfsg2-7 (Debian 12), proxy.reverse.url and nothing else configured; for
#           comparison nginx 1.22.1-9+deb12u11
# Seen:     h2o asks its upstream for "/http://a.test/echo", where nginx asks for "/echo"; most
#           services answer 404 then. h2o passes "OPTIONS *" on as "OPTIONS /". nginx refuses it with
#           400.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=findings/proxies.sh
source "$folder/proxies.sh"
start_h2o
start_nginx

# asked PORT METHOD TARGET: the request line that the upstream gets, or else the status.
asked() {
  local status
  status=$(curl --silent --max-time 5 --output answer --write-out '%{http_code}' --request "$2" \
    --header 'Host: a.test' --request-target "$3" "127.0.0.1:$1")
  if [[ $status == 200 ]]; then sed -n '1s/ HTTP.*//p' answer; else echo "$status"; fi
}
expect "origin form, h2o" "$(asked "$h2o" GET /echo)" "GET /echo"
expect "absolute form, nginx" "$(asked "$nginx" GET http://a.test/echo)" "GET /echo"
expect "absolute form, h2o" "$(asked "$h2o" GET http://a.test/echo)" "GET /http://a.test/echo"
expect "asterisk form, nginx" "$(asked "$nginx" OPTIONS '*')" "400"
expect "asterisk form, h2o" "$(asked "$h2o" OPTIONS '*')" "OPTIONS /"
