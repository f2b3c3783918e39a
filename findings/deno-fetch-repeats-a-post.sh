#!/usr/bin/env bash
# Surprise: Deno's fetch sends a POST a second time when a kept connection ends without a response.
#
# Guess:    a client does not repeat a request whose method is not idempotent, unless it knows that
#           the server has not applied it (RFC 9110 9.2.2). fetch reports a network error.
# Package:  npm deno 2.9.6 (linux x64); for comparison npm bun 1.4.5
# Seen:     the server answers a GET, reads a POST on the same connection, and closes. Deno sends the
#           POST again on a new connection and reports status 200: the server has read it twice. Bun
#           repeats a PUT in the same place, which is idempotent, but reports ECONNRESET for the POST.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
npm_package deno@2.9.6 bun@1.4.5

cat >serve.js <<'END'
const methods = []
require("net").createServer(socket => {
  let requests = 0
  socket.on("error", () => {})
  socket.on("data", data => {
    const [method, path] = data.toString().split(" ")
    if (path === "/seen") {
      const list = methods.splice(0).join(" ")
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${list.length}\r\nConnection: close\r\n\r\n${list}`)
    } else {
      methods.push(method)
      if (++requests === 2)
        socket.destroy()
      else
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    }
  })
}).listen(process.argv[2], "127.0.0.1")
END
cat >send.mjs <<'END'
const [url, method] = process.argv.slice(2)
await (await fetch(url)).text()
try {
  console.log((await fetch(url, { method, body: "a" })).status)
} catch (error) {
  console.log(error.name)
}
process.exit()
END
port=$(free_port)
in_background node serve.js "$port"
wait_for_port "$port"
deno=$(echo "$PWD"/node_modules/@deno/linux-x64*/deno)
bun=$PWD/node_modules/@oven/bun-linux-x64/bin/bun
# after COMMAND...: what the client reports, then what the server has read.
after() {
  echo "$("$@"): $(curl --silent "http://127.0.0.1:$port/seen")"
}
expect "PUT, Bun" "$(after "$bun" run send.mjs "http://127.0.0.1:$port" PUT)" "200: GET PUT PUT"
expect "POST, Bun" "$(after "$bun" run send.mjs "http://127.0.0.1:$port" POST)" "TypeError: GET POST"
expect "POST, Deno" "$(after "$deno" run --allow-all send.mjs "http://127.0.0.1:$port" POST)" \
  "200: GET POST POST"
