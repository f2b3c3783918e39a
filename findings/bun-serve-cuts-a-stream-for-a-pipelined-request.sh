#!/usr/bin/env bash
# Surprise: Bun.serve cuts a response that it streams when the client pipelines another request.
#
# Guess:    a server may answer pipelined requests one after the other (RFC 9112 9.3.2). One that does
#           not want them finishes the response in progress, and closes behind it.
# Package:  npm bun 1.4.5 (linux x64)
# Seen:     a response of three pieces, 100 ms apart, arrives whole. When a second request arrives
#           while it is being sent, the connection closes behind the pieces so far: neither the last
#           chunk nor the second response comes, and the client sees a broken transfer. With the two
#           requests in the other order, and with two responses of known length, both are whole.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
npm_package bun@1.4.5

cat >serve.mjs <<'END'
const pieces = async function* () {
  for (const piece of ["a", "b", "c"]) {
    yield piece
    await Bun.sleep(100)
  }
}
Bun.serve({ hostname: "127.0.0.1", port: process.argv[2],
  fetch: ({ url }) => new Response(url.endsWith("/stream") ? ReadableStream.from(pieces()) : "short") })
END
cat >ask.js <<'END'
const [port, ...paths] = process.argv.slice(2)
let seen = ""
const socket = require("net").connect(port, "127.0.0.1", () => {
  for (const path of paths) socket.write(`GET ${path} HTTP/1.1\r\nHost: a.test\r\n\r\n`)
})
const end = how => {
  const whole = seen.match(/short|\r\n0\r\n\r\n/g) ?? []
  console.log(`${whole.length} whole (${how})`)
  process.exit()
}
socket.on("data", data => seen += data)
socket.on("end", () => end("closed"))
setTimeout(end, 2000, "open")
END
port=$(free_port)
in_background node_modules/@oven/bun-linux-x64*/bin/bun run serve.mjs "$port"
wait_for_port "$port"
expect "one stream" "$(node ask.js "$port" /stream)" "1 whole (open)"
expect "two short responses" "$(node ask.js "$port" /1 /2)" "2 whole (open)"
expect "a short one, then a stream" "$(node ask.js "$port" /1 /stream)" "2 whole (open)"
expect "a stream, then a short one" "$(node ask.js "$port" /stream /1)" "0 whole (closed)"
