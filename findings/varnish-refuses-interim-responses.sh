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
debian varnish=7.1.1-2+deb12u1 libvarnishapi3=7.1.1-2+deb12u1 libjemalloc2=5.3.0-1 \
  haproxy=2.6.12-1+deb12u4 liblua5.3-0=5.3.6-2 libopentracing-c-wrapper0=1.1.3-3+b1 \
  libopentracing1=1.6.0-4 h2o=2.2.5+dfsg2-7
libraries=$(echo "$PWD"/root/usr/lib/*-linux-gnu)

upstream=$(free_port)
in_background node "$folder/upstream.js" "$upstream"
varnish=$(free_port)
mkdir instance
cat >rules.vcl <<END
vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "$upstream"; }
END
in_background env LD_LIBRARY_PATH="$libraries:$libraries/../varnish" root/usr/sbin/varnishd -F \
  -j none -a "127.0.0.1:$varnish" -f "$PWD/rules.vcl" -n "$PWD/instance" \
  -p vmod_path="$PWD/root/usr/lib/varnish/vmods"
haproxy=$(free_port)
cat >haproxy.cfg <<END
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen all
  bind 127.0.0.1:$haproxy
  server one 127.0.0.1:$upstream
END
in_background env LD_LIBRARY_PATH="$libraries" root/usr/sbin/haproxy -db -f haproxy.cfg
h2o=$(free_port)
cat >h2o.conf <<END
hosts:
  default:
    listen: { host: 127.0.0.1, port: $h2o }
    paths: { "/": { proxy.reverse.url: "http://127.0.0.1:$upstream/" } }
END
in_background root/usr/bin/h2o -c h2o.conf
for port in "$upstream" "$varnish" "$haproxy" "$h2o"; do wait_for_port "$port"; done

# statuses_of PORT: the status of each response, in order.
statuses_of() {
  curl --silent --include --max-time 5 "127.0.0.1:$1/early" | sed -n 's|^HTTP/1.1 \([0-9]*\).*|\1|p' |
    xargs
}
expect "directly" "$(statuses_of "$upstream")" "103 200"
expect "HAProxy" "$(statuses_of "$haproxy")" "103 200"
expect "h2o" "$(statuses_of "$h2o")" "200"
expect "Varnish" "$(statuses_of "$varnish")" "503"
