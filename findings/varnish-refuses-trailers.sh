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
debian varnish=7.1.1-2+deb12u1 libvarnishapi3=7.1.1-2+deb12u1 libjemalloc2=5.3.0-1
libraries=$(echo "$PWD"/root/usr/lib/*-linux-gnu)

upstream=$(free_port)
in_background node "$folder/upstream.js" "$upstream"
wait_for_port "$upstream"
mkdir instance
cat >rules.vcl <<END
vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "$upstream"; }
END
port=$(free_port)
in_background env LD_LIBRARY_PATH="$libraries:$libraries/../varnish" root/usr/sbin/varnishd -F \
  -j none -a "127.0.0.1:$port" -f "$PWD/rules.vcl" -n "$PWD/instance" \
  -p vmod_path="$PWD/root/usr/lib/varnish/vmods"
wait_for_port "$port"

expect "chunked, directly" "$(answer_of "127.0.0.1:$upstream/chunks")" "200 hello (whole)"
expect "... with a trailer field" "$(answer_of "127.0.0.1:$upstream/trailer")" "200 hello (whole)"
expect "chunked, through Varnish" "$(answer_of "127.0.0.1:$port/chunks")" "200 hello (whole)"
seen=$(answer_of "127.0.0.1:$port/trailer")
echo "... with a trailer field: $seen"
[[ $seen == "503 "* || $seen == "200 "*"(cut short)" ]] || fail "it is delivered whole now"
