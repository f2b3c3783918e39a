#!/usr/bin/env bash
# usage: hello_web.sh PROGRAM: runs the server of examples/hello_web.c, and asks it.
set -euo pipefail

log=$(mktemp)
"$1" 2>"$log" &
server=$!
trap 'kill $server 2>/dev/null || true; rm -f "$log"' EXIT

for _ in {1..500}; do
  url=$(sed -n 's/.*serving at //p' "$log")
  [[ -z $url ]] || break
  sleep 0.02
done
[[ $(curl -sS --max-time 10 "${url}hello") == hello ]]
[[ $(curl -sS --max-time 10 -o /dev/null -w '%{http_code}' "${url}other") == 404 ]]
kill -TERM $server
wait $server
