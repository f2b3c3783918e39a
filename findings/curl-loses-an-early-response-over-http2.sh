#!/usr/bin/env bash
# Surprise: over HTTP/2 curl loses a complete response that comes before its upload is sent.
#
# Guess:    a server may answer before it has read the request, end the response, and then reset the
#           stream with NO_ERROR; clients must not discard such a response (RFC 9113 8.1). A user
#           who uploads too much reads "413 too large".
# Package:  curl, libcurl4 7.88.1-10+deb12u15, nghttp2-client 1.52.0-1+deb12u3 (Debian 12); for the server
#           and for comparison Node.js
# Seen:     for an upload of 3 MB, nghttp and Node.js's client show status 413 and the text. curl reports
#           (92) "Stream error in the HTTP/2 framing layer", status 000, and no text. A server has to read
#           the rest of the upload before it resets the stream, for curl's sake.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
debian curl=7.88.1-10+deb12u15 libcurl4=7.88.1-10+deb12u15 nghttp2-client=1.52.0-1+deb12u3 \
  libnghttp2-14=1.52.0-1+deb12u3
export LD_LIBRARY_PATH
LD_LIBRARY_PATH=$(echo "$PWD"/root/usr/lib/*-linux-gnu)

cat >serve.js <<'END'
const { createServer, constants } = require('http2')
const server = createServer()
server.on('stream', (stream) => {
  stream.on('error', () => {})
  stream.respond({ ':status': 413 })
  stream.end('too large')
  setImmediate(() => stream.close(constants.NGHTTP2_NO_ERROR))
})
server.listen(process.argv[2], '127.0.0.1')
END
cat >upload.js <<'END'
const { connect } = require('http2')
const seen = []
const session = connect(`http://127.0.0.1:${process.argv[2]}`)
const request = session.request({ ':method': 'POST', ':path': '/' })
request.on('response', (head) => seen.push(head[':status']))
request.on('data', (data) => seen.push(String(data)))
request.on('close', () => {
  console.log(seen.join(' '))
  session.close()
})
require('fs').createReadStream('upload').pipe(request)
END
head -c 3000000 /dev/zero >upload
port=$(free_port)
in_background node serve.js "$port"
wait_for_port "$port"

expect "Node.js" "$(timeout 10 node upload.js "$port")" "413 too large"
expect "nghttp" "$(timeout 10 root/usr/bin/nghttp --data=upload "http://127.0.0.1:$port/")" "too large"
code=0
status=$(root/usr/bin/curl --silent --max-time 10 --http2-prior-knowledge --data-binary @upload \
  --output answer --write-out '%{http_code}' "http://127.0.0.1:$port/") || code=$?
expect "curl" "$status (exit code $code)" "000 (exit code 92)"
expect "curl, the text" "$(cat answer 2>/dev/null)" ""
