#!/usr/bin/env bash
# Surprise: nginx says "Connection: keep-alive" and then closes, if "return" stands outside a location.
#
# Guess:    keepalive_timeout 0 makes each response say "Connection: close", wherever its "return" is.
# Package:  nginx 1.22.1-9+deb12u11 (Debian 12)
# Seen:     with "return" in a location the response says "Connection: close". With the same "return"
#           directly in the server it says "Connection: keep-alive", and the connection is closed behind it.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

in_server=$(free_port) in_location=$(free_port)
run_nginx <<END
keepalive_timeout 0;
server { listen 127.0.0.1:$in_server; return 200 hello; }
server { listen 127.0.0.1:$in_location; location / { return 200 hello; } }
END
wait_for_port "$in_server"

# connection_of PORT: the field of the response, and whether the server closes behind it within a second.
connection_of() {
  node -e '
    const socket = require("net").connect(process.argv[1], "127.0.0.1")
    let received = ""
    const tell = end => {
      console.log(/^Connection: (.*)\r$/m.exec(received)[1] + ", " + end)
      process.exit()
    }
    socket.on("data", data => received += data).on("end", () => tell("closed"))
    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    setTimeout(tell, 1000, "open")' "$1"
}
expect "return in a location" "$(connection_of "$in_location")" "close, closed"
expect "return in the server" "$(connection_of "$in_server")" "keep-alive, closed"
