#!/usr/bin/env bash
# Surprise: nginx ends an HTTP/2 connection, with all requests on it, for the trailers of one request.
#
# Guess:    a request may end with trailers: HEADERS with END_STREAM behind its DATA (RFC 9113 8.1).
#           A server that has no use for them ignores them, as Node.js and nghttpd do, or resets that
#           one stream. gRPC libraries and curl can send them.
# Package:  nginx 1.22.1-9+deb12u11 (Debian 12); for comparison and as client Node.js
# Seen:     nginx answers with GOAWAY and PROTOCOL_ERROR. A second request that was waiting on the same
#           connection fails, too.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# serve.js MODULE PORT: answers a GET after half a second, and a POST at once.
cat >serve.js <<'END'
require(process.argv[2]).createServer((request, response) => {
  const delay = request.method === 'GET' ? 500 : 0
  request.resume().on('end', () => setTimeout(() => response.end('ok'), delay))
}).listen(process.argv[3], '127.0.0.1')
END
cat >ask.js <<'END'
const { connect } = require('http2')
const session = connect(`http://127.0.0.1:${process.argv[2]}`)
session.on('error', () => {})
const ask = (name, head, options, send) => new Promise((resolve) => {
  const stream = session.request(head, options)
  let status = 'failed'
  stream.on('response', (fields) => { status = fields[':status'] })
  stream.on('error', () => {})
  stream.on('close', () => resolve(`${name} ${status}`))
  stream.resume()
  send(stream)
})
Promise.all([
  ask('waiting', { ':path': '/' }, {}, (stream) => stream.end()),
  ask('with trailers', { ':path': '/', ':method': 'POST' }, { waitForTrailers: true }, (stream) => {
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '5' }))
    stream.end('hello')
  }),
]).then((all) => { console.log(all.join(', ')); session.destroy() })
END
node=$(free_port)
backend=$(free_port)
nginx=$(free_port)
in_background node serve.js http2 "$node"
in_background node serve.js http "$backend"
run_nginx <<END
server {
  listen 127.0.0.1:$nginx http2;
  location / { proxy_pass http://127.0.0.1:$backend; }
}
END
for port in "$node" "$backend" "$nginx"; do wait_for_port "$port"; done

expect "Node.js" "$(timeout 10 node ask.js "$node")" "waiting 200, with trailers 200"
expect "nginx" "$(timeout 10 node ask.js "$nginx")" "waiting failed, with trailers failed"
