#!/usr/bin/env bash
# Surprise: nginx refuses an HTTP/2 request that has ":authority" and a Host that says the same.
#
# Guess:    a request may have both, if they are equal (RFC 9113 8.3.1); proxies that translate from
#           HTTP/1.1 keep Host. A server that supports HTTP/2 serves it.
# Package:  nginx 1.22.1-9+deb12u11, nghttp2-server 1.52.0-1+deb12u3 (Debian 12); as
#           client Node.js
# Seen:     nginx answers 400. It takes ":authority" for a Host, and logs "client sent duplicate host
#           header". nghttpd and Node.js answer 200.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
debian nghttp2-server=1.52.0-1+deb12u3 libnghttp2-14=1.52.0-1+deb12u3

cat >serve.js <<'END'
require('http2').createServer((request, response) => response.end('ok')).listen(process.argv[2], '127.0.0.1')
END
cat >ask.js <<'END'
const [port, ...names] = process.argv.slice(2)
const session = require('http2').connect(`http://127.0.0.1:${port}`)
const values = { ':authority': 'shop.example', host: 'shop.example' }
const fields = Object.fromEntries(names.map((name) => [name, values[name]]))
const stream = session.request({ ':path': '/', ...fields })
stream.on('response', (head) => console.log(head[':status']))
stream.on('close', () => session.destroy())
stream.resume().end()
END
nginx=$(free_port)
mkdir page
echo ok >page/index.html
run_nginx <<END
server {
  listen 127.0.0.1:$nginx http2;
  return 200;
}
END
wait_for_port "$nginx"
node=$(free_port)
in_background node serve.js "$node"
wait_for_port "$node"
export LD_LIBRARY_PATH
LD_LIBRARY_PATH=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
nghttpd=$(free_port)
in_background root/usr/sbin/nghttpd --no-tls --htdocs=page "$nghttpd"
wait_for_port "$nghttpd"
unset LD_LIBRARY_PATH

for name in node nghttpd; do
  expect "$name, :authority and Host" "$(timeout 10 node ask.js "${!name}" :authority host)" "200"
done
expect "nginx, :authority" "$(timeout 10 node ask.js "$nginx" :authority)" "200"
expect "nginx, Host" "$(timeout 10 node ask.js "$nginx" host)" "200"
expect "nginx, :authority and Host" "$(timeout 10 node ask.js "$nginx" :authority host)" "400"
