# shellcheck shell=bash
# The reverse proxies of the findings, each with one upstream and nothing else configured. Sourced
# behind lib.sh. Each function unpacks the proxy, starts it, and sets the variable of its name, such as
# $nginx, to its port. $upstream is the port of upstream.js, which sourcing this file starts.
# shellcheck disable=SC2034,SC2154 # for those that source this; from lib.sh

upstream=$(free_port)
in_background node "$folder/upstream.js" "$upstream"
wait_for_port "$upstream"

# unpacked COMMAND...: runs it in the background, with the libraries that were unpacked.
unpacked() {
  local libraries
  libraries=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
  in_background env LD_LIBRARY_PATH="$libraries:$libraries/../varnish" HOME="$PWD" "$@"
}

start_nginx() {
  nginx=$(free_port)
  run_nginx <<END
server {
  listen 127.0.0.1:$nginx;
  location / { proxy_pass http://127.0.0.1:$upstream; }
}
END
  wait_for_port "$nginx"
}

start_haproxy() {
  debian haproxy=2.6.12-1+deb12u4 liblua5.3-0=5.3.6-2 libopentracing-c-wrapper0=1.1.3-3+b1 \
    libopentracing1=1.6.0-4
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
  unpacked root/usr/sbin/haproxy -db -f haproxy.cfg
  wait_for_port "$haproxy"
}

start_lighttpd() {
  debian lighttpd=1.4.69-1
  lighttpd=$(free_port)
  cat >lighttpd.conf <<END
server.modules = ("mod_proxy")
server.document-root = "$PWD"
server.bind = "127.0.0.1"
server.port = $lighttpd
proxy.server = ("" => (("host" => "127.0.0.1", "port" => $upstream)))
END
  unpacked root/usr/sbin/lighttpd -D -m "$PWD/root/usr/lib/lighttpd" -f lighttpd.conf
  wait_for_port "$lighttpd"
}

start_h2o() {
  debian h2o=2.2.5+dfsg2-7
  h2o=$(free_port)
  cat >h2o.conf <<END
hosts:
  default:
    listen: { host: 127.0.0.1, port: $h2o }
    paths: { "/": { proxy.reverse.url: "http://127.0.0.1:$upstream/" } }
END
  unpacked root/usr/bin/h2o -c h2o.conf
  wait_for_port "$h2o"
}

start_nghttpx() {
  debian nghttp2-proxy=1.52.0-1+deb12u3
  nghttpx=$(free_port)
  unpacked root/usr/sbin/nghttpx -f "127.0.0.1,$nghttpx;no-tls" -b "127.0.0.1,$upstream" --workers=1 \
    --conf=/dev/null --pid-file="$PWD/nghttpx.pid"
  wait_for_port "$nghttpx"
}

start_caddy() {
  debian caddy=2.6.2-5
  caddy=$(free_port)
  cat >Caddyfile <<END
{
  admin off
  auto_https off
}
http://127.0.0.1:$caddy {
  reverse_proxy 127.0.0.1:$upstream
}
END
  unpacked root/usr/bin/caddy run --adapter caddyfile --config Caddyfile
  wait_for_port "$caddy"
}

start_varnish() {
  debian varnish=7.1.1-2+deb12u1 libvarnishapi3=7.1.1-2+deb12u1 libjemalloc2=5.3.0-1
  varnish=$(free_port)
  mkdir instance
  cat >rules.vcl <<END
vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "$upstream"; }
END
  unpacked root/usr/sbin/varnishd -F -j none -a "127.0.0.1:$varnish" -f "$PWD/rules.vcl" \
    -n "$PWD/instance" -p vmod_path="$PWD/root/usr/lib/varnish/vmods"
  wait_for_port "$varnish"
}
