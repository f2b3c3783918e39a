#!/usr/bin/env bash
# Surprise: three WebSocket servers refuse the whole handshake for an offer of compression that they
# have only to decline.
#
# Guess:    a server declines an offer of permessage-deflate that has a parameter it does not know or
#           cannot serve (RFC 7692 5.1 and 7.1), takes the next offer in the list, and otherwise goes on
#           without compression: that is why clients send lists. 8 is a valid size of a window (7.1.2).
# Package:  npm ws 8.23.0, python3-tornado 6.2.0-3+deb12u4, python3-websockets 10.4-1 (Debian 12); for
#           comparison python3-aiohttp 3.8.4-1+deb12u2
# Seen:     for "permessage-deflate; x=1, permessage-deflate" ws answers 400 and Tornado 500; the other
#           two take the second offer. For server_max_window_bits=8 Tornado and websockets answer 500,
#           since zlib has no raw deflate of that size, and aiohttp declines.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=findings/websockets.sh
source "$folder/websockets.sh"
npm_package ws@8.23.0
python_packages

offer() {
  answer_to "['Sec-WebSocket-Extensions: permessage-deflate$1']" "[frame(1, 'hello', { mask })]"
}

unknown="; x=1, permessage-deflate"
small="; server_max_window_bits=8"
for package in ws tornado websockets aiohttp; do
  case $package in
    ws) wanted=(400 "101, hello") ;;
    tornado) wanted=(500 500) ;;
    websockets) wanted=("101, hello" 500) ;;
    aiohttp) wanted=("101, hello" "101, hello") ;;
  esac
  if [[ $package == ws ]]; then
    port=$(free_port)
    in_background node -e "const { WebSocketServer } = require('ws')
      new WebSocketServer({ port: $port, host: '127.0.0.1', perMessageDeflate: true }).on('connection',
        (socket) => socket.on('message', (data) => socket.send(String(data))))"
    wait_for_port "$port"
  else
    serve_python "$package"
  fi
  expect "$package: one offer" "$(offer "")" "101, hello"
  expect "$package: an unknown parameter first" "$(offer "$unknown")" "${wanted[0]}"
  expect "$package: a window of 256 bytes" "$(offer "$small")" "${wanted[1]}"
done
