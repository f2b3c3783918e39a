#!/usr/bin/env bash
# Surprise: Deno and websocket-driver take the close codes 1012 or 1014 for a protocol error.
#
# Guess:    a library takes each code of IANA's registry of close codes, and 3000 to 4999 besides
#           (RFC 6455 7.4.2). 1012 is "Service Restart", 1014 "Bad Gateway"; both were registered in the
#           years after the RFC, which asks that registered codes be taken.
# Package:  npm deno 2.9.6, websocket-driver 0.8.0 with faye-websocket 0.11.4; for comparison npm
#           ws 8.23.0 and python3-websockets 10.4-1 (Debian 12)
# Seen:     when the server closes with 1012, the client of websocket-driver reports 1002; with 1014 it
#           does, too, and Deno reports an error and code 0. Both take 1011 and 3000; Deno takes 1012. ws
#           and websockets report all of these as they were sent. A page cannot distinguish a restart, after
#           which it should connect again, from a fault of its own.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=findings/websockets.sh
source "$folder/websockets.sh"
npm_package deno@2.9.6 faye-websocket@0.11.4 websocket-driver@0.8.0 \
  permessage-deflate@0.1.7 ws@8.23.0
python_packages

for code in 1011 1012 1014 3000; do
  serve_frames "['Connection: Upgrade']" "[frame(1, 'hello'), closing($code)]"
  deno="hello, close $code" driver="hello, close $code"
  [[ $code != 1014 ]] || deno="hello, error, close 0"
  [[ $code != 101[24] ]] || driver="hello, close 1002"
  expect "$code: Deno" "$(seen_by deno)" "$deno"
  expect "$code: websocket-driver" "$(seen_by node faye-websocket)" "$driver"
  expect "$code: ws" "$(seen_by node ws)" "hello, close $code"
  expect "$code: python3-websockets" "$(seen_by python3 websockets)" "hello, close $code"
done
