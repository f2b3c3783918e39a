# shellcheck shell=bash
# The part "http2" of script/bench, which sources it: hob and its peers as servers of HTTP/2.
# shellcheck disable=SC2154 # script/bench sets the other variables

http2_peers=(hob nginx h2o nghttpd)

# Sets `command` to the command of a server of HTTP/2 without TLS on $port.
http2_command_of() {
  local conf=build/bench/http2/$1.conf folder=$root/build/bench/http2
  case $1 in
    hob) command=(build/bench/hob --port "$port" --log-level warn) ;;
    nginx | h2o)
      sed "s|PORT|$port|; s|SECONDS|1|; s|FOLDER|$folder|; s| backlog=| http2 backlog=|" \
        "bench/http/peers/$1.conf" >"$conf"
      ;;&
    nginx) command=(nginx -p "$folder" -c "$root/$conf" -e stderr) ;;
    h2o) command=(h2o --mode worker --conf "$conf") ;;
    nghttpd) command=(nghttpd --no-tls --htdocs="$folder" "$port") ;;
  esac
}

# Prints the nanoseconds on the processor that a /ping takes the server: http2_cost STREAMS.
http2_cost() {
  local before after
  before=$(cpu_time)
  on_first_processor h2load -n "$requests" -c 4 -m "$1" "http://127.0.0.1:$port/ping" |
    grep -q " $requests succeeded" || fail "requests failed: see build/bench/http2/log"
  after=$(cpu_time)
  echo $(((after - before) / requests))
}

# One measurement of each number of streams on one server. Appends "PEER STREAMS COST" lines.
http2_measure() {
  local command port streams
  port=$("$programs/bench_client" free-port)
  http2_command_of "$1"
  taskset --cpu-list "$(processor)" "${command[@]}" >build/bench/http2/log 2>&1 &
  server=$!
  until_serves "http://127.0.0.1:$port/ping" --http2-prior-knowledge
  for streams in 1 10 100; do
    echo "$1 $streams $(http2_cost $streams)" >>build/bench/http2/samples
  done
  stop_server -KILL
}

# The resident memory of the server, in KiB.
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$server/status"; }

# Prints the KiB that an order takes which waits: 100 connections of 100 streams.
http2_waiting() {
  local before after client
  start_server --time-scale 1000
  curl --silent --http2-prior-knowledge --output /dev/null "http://127.0.0.1:$port/ping"
  before=$(resident)
  on_first_processor h2load -n 10000 -c 100 -m 100 "http://127.0.0.1:$port/noodles" >/dev/null &
  client=$!
  until [[ $(curl --silent "http://127.0.0.1:$port/metrics" |
    sed -n 's/^hob_http_requests_in_progress //p') -ge 10000 ]]; do sleep 0.1; done
  after=$(resident)
  kill "$client"
  stop_server -KILL
  awk "BEGIN { printf \"hob: %.2f KiB for an order that waits\n\", ($after - $before) / 10000 }"
}

bench_http2() {
  local peer round requests=50000
  [[ -z $quick ]] || requests=10000
  have h2load || fail "it needs h2load, of the package nghttp2-client"
  build_bench
  mkdir -p build/bench/http2
  printf 'Hello, world!' >build/bench/http2/ping
  : >build/bench/http2/samples
  for ((round = 1; round <= rounds; round++)); do
    for peer in "${http2_peers[@]}"; do
      if [[ $peer == hob ]] || have "$peer"; then http2_measure "$peer"; fi
    done
  done
  echo "nanoseconds of the processor for a /ping over HTTP/2, by streams of each of 4 connections:"
  sort -k 1,1 -k 2,2n -k 3,3n build/bench/http2/samples | awk '
    { key = $1 " " $2; count[key]++; value[key, count[key]] = $3; peers[$1] }
    END {
      printf "%-10s %8s %8s %8s\n", "", 1, 10, 100
      for (peer in peers) {
        printf "%-10s", peer
        for (i = 1; i <= 100; i *= 10) {
          key = peer " " i
          printf " %8d", value[key, int((count[key] + 1) / 2)]
        }
        print ""
      }
    }'
  http2_waiting
}
