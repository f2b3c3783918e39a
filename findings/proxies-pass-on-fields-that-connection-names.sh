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
debian nginx=1.22.1-9+deb12u11 haproxy=2.6.12-1+deb12u4 liblua5.3-0=5.3.6-2 \
  libopentracing-c-wrapper0=1.1.3-3+b1 libopentracing1=1.6.0-4 lighttpd=1.4.69-1 h2o=2.2.5+dfsg2-7 \
  nghttp2-proxy=1.52.0-1+deb12u3 caddy=2.6.2-5
export LD_LIBRARY_PATH
LD_LIBRARY_PATH=$(echo "$PWD"/root/usr/lib/*-linux-gnu)

upstream=$(free_port)
in_background node "$folder/upstream.js" "$upstream"
nginx=$(free_port)
cat >nginx.conf <<END
daemon off;
pid $PWD/nginx.pid;
error_log $PWD/nginx.log;
events {}
http {
  access_log off;
  client_body_temp_path $PWD/1;
  proxy_temp_path $PWD/2;
  fastcgi_temp_path $PWD/3;
  uwsgi_temp_path $PWD/4;
  scgi_temp_path $PWD/5;
  server {
    listen 127.0.0.1:$nginx;
    location / { proxy_pass http://127.0.0.1:$upstream; }
  }
}
END
in_background root/usr/sbin/nginx -c "$PWD/nginx.conf"
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
in_background root/usr/sbin/haproxy -db -f haproxy.cfg
lighttpd=$(free_port)
cat >lighttpd.conf <<END
server.modules = ("mod_proxy")
server.document-root = "$PWD"
server.bind = "127.0.0.1"
server.port = $lighttpd
proxy.server = ("" => (("host" => "127.0.0.1", "port" => $upstream)))
END
in_background root/usr/sbin/lighttpd -D -m "$PWD/root/usr/lib/lighttpd" -f lighttpd.conf
h2o=$(free_port)
cat >h2o.conf <<END
hosts:
  default:
    listen: { host: 127.0.0.1, port: $h2o }
    paths: { "/": { proxy.reverse.url: "http://127.0.0.1:$upstream/" } }
END
in_background root/usr/bin/h2o -c h2o.conf
nghttpx=$(free_port)
in_background root/usr/sbin/nghttpx -f "127.0.0.1,$nghttpx;no-tls" -b "127.0.0.1,$upstream" \
  --workers=1 --conf=/dev/null --pid-file="$PWD/nghttpx.pid"
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
in_background env HOME="$PWD" root/usr/bin/caddy run --adapter caddyfile --config Caddyfile
for port in "$upstream" "$nginx" "$haproxy" "$lighttpd" "$h2o" "$nghttpx" "$caddy"; do
  wait_for_port "$port"
done

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
