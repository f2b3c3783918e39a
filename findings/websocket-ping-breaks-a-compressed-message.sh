#!/usr/bin/env bash
# Surprise: aiohttp and Tornado close a WebSocket when a ping comes between the frames of a compressed
# message.
#
# Guess:    control frames may stand between the fragments of a message (RFC 6455 5.4), compressed or not:
#           RSV1 of the first fragment says that it is compressed (RFC 7692 6.1), and a ping has no RSV1.
# Package:  python3-aiohttp 3.8.4-1+deb12u2, python3-tornado 6.2.0-3+deb12u4 (Debian 12); for comparison
#           python3-websockets 10.4-1
# Seen:     both take the two fragments of a compressed "hello" without a ping between them, and those of
#           a plain one with it. With both, aiohttp closes with 1007 as if the text were no UTF-8, and
#           Tornado closes without a frame; as clients and as servers. It seems that the ping
#           overwrites what they remember of RSV1.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=findings/websockets.sh
source "$folder/websockets.sh"
python_packages

deflate="'Sec-WebSocket-Extensions: permessage-deflate'"
first="frame(1, deflated('hello').subarray(0, 3), { rsv1: true, fin: false, mask })"
last="frame(0, deflated('hello').subarray(3), { mask })"
plain="frame(1, 'hel', { fin: false, mask }), frame(9, 'p', { mask }), frame(0, 'lo', { mask })"

for package in websockets aiohttp tornado; do
  case $package in
    websockets) client="hello, close 1000" server="101, pong, hello" ;;
    aiohttp) client="error, close 1006" server="101, pong, close 1007" ;;
    tornado) client="close None" server="101, pong" ;;
  esac
  serve_python "$package"
  expect "$package: server, a ping in plain text" "$(answer_to "[]" "[$plain]")" "101, pong, hello"
  expect "$package: server, compressed" "$(answer_to "[$deflate]" "[$first, $last]")" "101, hello"
  expect "$package: server, a ping in compressed text" \
    "$(answer_to "[$deflate]" "[$first, frame(9, 'p', { mask }), $last]")" "$server"
  serve_frames "['Connection: Upgrade', $deflate]" "[${first/, mask/}, frame(9, 'p'), ${last/, \{ mask \}/}, closing(1000)]"
  expect "$package: client, a ping in compressed text" "$(seen_by python3 "$package")" "$client"
done
