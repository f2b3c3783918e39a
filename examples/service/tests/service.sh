#!/usr/bin/env bash
# usage: service.sh PRICEWATCH FAKE_MARKET
#
# Starts the service and five markets, of which one is too slow and two speak https, and asks it with
# curl.
set -euo pipefail
pricewatch=$1 fake_market=$2
work=$(mktemp -d)
trap 'jobs -p | xargs --no-run-if-empty kill 2>/dev/null || true; rm -rf "$work"' EXIT

fail() {
  echo "$*" >&2
  exit 1
}

# is "WHAT" EXPECTED ACTUAL
is() { [[ $3 == "$2" ]] || fail "$1: expected '$2', got '$3'"; }

# Prints what a program says where it listens, once it does.
address() {
  local line
  for _ in {1..100}; do
    read -r line <"$1" && [[ $line =~ https?://([^/]*) ]] && echo "${BASH_REMATCH[1]}" && return
    sleep 0.05
  done
  fail "it does not listen: $(<"$1")"
}

# market NAME CENTS SECONDS
market() {
  "$fake_market" "$2" "$3" 127.0.0.1:0 >"$work/$1" &
  markets+=("$1=$(address "$work/$1")")
}

# https_market NAME CENTS SECONDS
https_market() {
  "$fake_market" "$2" "$3" 127.0.0.1:0 "$work/certificate" "$work/key" >"$work/$1" &
  markets+=("$1=https://localhost:$(address "$work/$1" | sed 's/.*://')")
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost -keyout "$work/key" -out "$work/certificate" 2>"$work/openssl"
export SSL_CERT_FILE=$work/certificate # what the service trusts

markets=()
market north 130 0.1
market south 110 0.2
market moon 90 60
https_market east 150 0.1
https_market west 140 0.2
"$pricewatch" --listen 127.0.0.1:0 --patience 0.6 --interval 0.3 "${markets[@]}" \
  closed=127.0.0.1:1 >"$work/service" 2>"$work/log" &
service=$!
url=http://$(address "$work/service")

is "health, before the first look" "503" "$(curl -s -o /dev/null -w '%{http_code}' "$url/healthz")"
is "offers" '{"goods":"potatoes","offers":[{"market":"north","cents":130},{"market":"south","cents":110},{"market":"moon","error":"late"},{"market":"east","cents":150},{"market":"west","cents":140},{"market":"closed","error":"closed"}],"best":"south"}' \
  "$(curl -s "$url/offers/potatoes")"
is "health" ok "$(curl -s "$url/healthz")"
is "no cache keeps it" "Cache-Control: no-store" \
  "$(curl -s -D - -o /dev/null "$url/healthz" | tr -d '\r' | grep Cache-Control)"
is "other goods" '{"goods":"gold","offers":[{"market":"north","error":"not sold there"},{"market":"south","error":"not sold there"},{"market":"moon","error":"not sold there"},{"market":"east","error":"not sold there"},{"market":"west","error":"not sold there"},{"market":"closed","error":"closed"}],"best":null}' \
  "$(curl -s "$url/offers/gold")"
is "a forged request" "404" \
  "$(curl -s -o /dev/null -w '%{http_code}' "$url/offers/potatoes%0d%0aEvil:%20yes")"

# A client listens while the cheapest market closes, and then the service.
curl -sN "$url/news" >"$work/news" &
listener=$!
sleep 0.2
kill "$(jobs -p | sed -n 2p)"
for _ in {1..100}; do [[ $(<"$work/news") != *north* ]] || break && sleep 0.1; done
kill $service
wait $listener || fail "the stream was cut off"
is "news" $'event: price\ndata: potatoes: 110 cents at south\n\nevent: price\ndata: potatoes: 130 cents at north' \
  "$(grep -v '^id: ' "$work/news")"
wait $service || fail "the service ended with $?"

# refused MESSAGE ARGUMENT...: with status 2, and a message that names what was wrong.
refused() {
  local status=0 output
  output=$("$pricewatch" "${@:2}" 2>&1) || status=$?
  is "the status of ${*:2}" 2 $status
  [[ $output == *"$1"* ]] || fail "${*:2}: '$output' does not have: $1"
}
refused "there is no market to ask"
refused "'north' is no market" north
refused "'no/rth' is no name" no/rth=127.0.0.1:1
refused "'example.org' is no address" north=example.org
refused "'https://a/b' is no site" north=https://a/b
refused "'https://' is no site such as https://market.example: it has no valid host" north=https://
refused "'here' is no address" --listen here north=127.0.0.1:1
refused "--patience: 'soon'" --patience soon north=127.0.0.1:1
refused "--patience: '0'" --patience 0 north=127.0.0.1:1
refused "--interval: 'nan'" --interval nan north=127.0.0.1:1
refused "--watch: 'Gold!'" --watch 'Gold!' north=127.0.0.1:1
refused "unrecognized option '--sell'" --sell
# shellcheck disable=SC2046 # seventeen words
refused "is one market too many" $(seq -f 'm%.0f=127.0.0.1:1' 17)
