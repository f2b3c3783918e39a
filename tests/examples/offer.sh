#!/usr/bin/env bash
# usage: offer.sh PROGRAM: runs the server of examples/offer.c on a free port, and asks for an offer.
set -euo pipefail

server=""
log=$(mktemp)
trap '[[ -z $server ]] || kill $server 2>/dev/null || true; rm -f "$log"' EXIT

# Starts the server. Fails if the port is in use.
start() {
  "$1" "$2" 2>"$log" &
  server=$!
  for _ in {1..500}; do
    grep -q 'serving at' "$log" && return
    kill -0 $server 2>/dev/null || return
    sleep 0.02
  done
}

for _ in {1..20}; do
  address=127.0.0.1:$((20000 + RANDOM % 20000))
  start "$1" "$address" && break
done
[[ $(curl -sS --max-time 10 "http://$address/offer") == "tea with milk: 220 cents" ]]
seconds=$(curl -sS --max-time 10 -o /dev/null -w '%{time_total}' "http://$address/offer")
[[ $seconds > 0.19 ]]
kill -TERM $server
wait $server
