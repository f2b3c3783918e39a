#!/usr/bin/env bash
# Surprise: curl takes a 408 that came on an idle connection for the answer to its next request.
#
# Guess:    a server that closes an idle connection may say why, with a response 408 (RFC 9110
#           15.5.9). A client that finds bytes on a kept connection before it has sent anything
#           opens another one, since no response can come before its request.
# Package:  curl, libcurl4 7.88.1-10+deb12u15 (Debian 12)
# Seen:     the first request is answered; 0.3 s later the server sends 408 and closes. Two seconds
#           after the first request curl sends the second one on that connection and prints status
#           408 and exit code 0, although a new connection would have got 200.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
debian curl=7.88.1-10+deb12u15 libcurl4=7.88.1-10+deb12u15

cat >serve.js <<'END'
const answer = (status, body, more) =>
  `HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`
require("net").createServer(socket => {
  socket.on("error", () => {})
  socket.once("data", () => {
    socket.write(answer("200 OK", "hello", ""))
    setTimeout(() => socket.end(answer("408 Request Timeout", "late", "Connection: close\r\n")), 300)
  })
}).listen(process.argv[2], "127.0.0.1")
END
port=$(free_port)
in_background node serve.js "$port"
wait_for_port "$port"
export LD_LIBRARY_PATH
LD_LIBRARY_PATH=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
get=(root/usr/bin/curl --silent --max-time 10 --write-out ' %{http_code} %{num_connects}\n')
seen=$("${get[@]}" --rate 30/m "http://127.0.0.1:$port/1" "http://127.0.0.1:$port/2")
expect "the first request" "$(sed -n 1p <<<"$seen")" "hello 200 1"
expect "the second one, on a new connection" "$("${get[@]}" "http://127.0.0.1:$port/2")" "hello 200 1"
expect "... on the connection that was kept" "$(sed -n 2p <<<"$seen")" "late 408 0"
