#!/usr/bin/env bash
# Surprise: nghttpx joins slashes of a path, and drops the "?" of an empty query.
#
# Guess:    a reverse proxy that has no rule for it passes the target on as it came, or changes it only
#           as RFC 3986 6.2.2 says that it means the same. "//" and "/" are different paths there, and
#           an empty query is not the same as none (6.2.3). Whatever signs a target relies on that.
# Package:  nghttp2-proxy 1.52.0-1+deb12u3 (Debian 12), nghttpx with one backend
# Seen:     "/echo/a//b" arrives as "/echo/a/b", "/echo?" as "/echo", and "/echo/a%2fb" as
#           "/echo/a%2Fb", which alone is the same by the RFC. A query that has any characters stays
#           as it came.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=findings/proxies.sh
source "$folder/proxies.sh"
start_nghttpx

# target_of PORT TARGET: as the upstream gets it.
target_of() {
  curl --silent --max-time 5 --request-target "$2" "127.0.0.1:$1" | sed -n '1s/^GET \(.*\) HTTP.*/\1/p'
}
expect "two slashes, directly" "$(target_of "$upstream" /echo/a//b)" "/echo/a//b"
expect "two slashes, nghttpx" "$(target_of "$nghttpx" /echo/a//b)" "/echo/a/b"
expect "an empty query, directly" "$(target_of "$upstream" '/echo?')" "/echo?"
expect "an empty query, nghttpx" "$(target_of "$nghttpx" '/echo?')" "/echo"
expect "an encoded slash, nghttpx" "$(target_of "$nghttpx" /echo/a%2fb)" "/echo/a%2Fb"
expect "a query, nghttpx" "$(target_of "$nghttpx" '/echo?a=//%2f')" "/echo?a=//%2f"
