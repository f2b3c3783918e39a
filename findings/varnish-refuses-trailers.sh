#!/usr/bin/env bash
# Surprise: Varnish takes a chunked response with a trailer field for a broken one.
#
# Guess:    a proxy may drop trailer fields (RFC 9110 6.5.1), and passes the content on.
# Package:  varnish 7.1.1-2+deb12u1 (Debian 12), one backend, no other configuration
# Seen:     the same response passes without the trailer. With it, varnishlog(1) has the FetchError
#           "chunked tail no NL", and the client gets status 503, or some of the content and then a
#           connection that is cut, as if some were missing; which of the two depends on whether
#           delivery has begun. A service behind Varnish cannot use trailers at all.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=findings/proxies.sh
source "$folder/proxies.sh"
start_varnish

expect "chunked, directly" "$(answer_of "127.0.0.1:$upstream/chunks")" "200 hello (whole)"
expect "... with a trailer field" "$(answer_of "127.0.0.1:$upstream/trailer")" "200 hello (whole)"
expect "chunked, through Varnish" "$(answer_of "127.0.0.1:$varnish/chunks")" "200 hello (whole)"
seen=$(answer_of "127.0.0.1:$varnish/trailer")
echo "... with a trailer field: $seen"
[[ $seen == "503 "* || $seen == "200 "*"(cut short)" ]] || fail "it is delivered whole now"
