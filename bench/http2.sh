# shellcheck shell=bash
# The part "http2" of script/bench, which sources it: hob and its peers as servers of HTTP/2.
# shellcheck disable=SC2154,SC2034 # script/bench sets the other variables, and stops the server

http2_peers=(hob nginx h2o nghttpd node)
http2_works=(streams-1 streams-10 streams-100 download)
http2_folder=build/bench/http2

# Writes the configuration of "script/bench http", changed to HTTP/2, and prints its path.
http2_configuration() {
  sed "s|PORT|$port|; s|SECONDS|1|; s|FOLDER|$root/$http2_folder|; s| backlog=| http2 backlog=|" \
    "bench/http/peers/$1.conf" >"$http2_folder/$1.conf"
  echo "$root/$http2_folder/$1.conf"
}

# Sets `command` to the command of a server of HTTP/2 without TLS on $port: http2_command_of PEER WORK.
http2_command_of() {
  case $1:$2 in
    hob:download) command=("$programs/http-services" "$port" 1) ;;
    hob:*) command=(build/bench/hob --port "$port" --log-level warn) ;;
    nginx:*) command=(nginx -p "$root/$http2_folder" -c "$(http2_configuration nginx)" -e stderr) ;;
    h2o:*) command=(h2o --mode worker --conf "$(http2_configuration h2o)") ;;
    nghttpd:*) command=(nghttpd --no-tls --htdocs="$root/$http2_folder" "$port") ;;
    node:*) command=(node bench/http/peers/node.js "$port" 1 http2) ;;
  esac
}

# The figure of the running server: http2_figure WORK.
http2_figure() {
  local url=http://127.0.0.1:$port
  case $1 in
    streams-*) cost_by_h2load "$requests" "$url/ping" -c 4 -m "${1#streams-}" ;;
    download) cost_by_h2load $((requests / 50)) "$url/download" -c 4 ;;
  esac
}

# Starts a server, and appends its figure to the samples: http2_measure PEER WORK.
http2_measure() {
  local command port figure
  port=$("$client" free-port)
  http2_command_of "$1" "$2"
  taskset --cpu-list "$(processor)" "${command[@]}" >$http2_folder/log 2>&1 &
  server=$!
  until_serves "http://127.0.0.1:$port/ping" --http2-prior-knowledge
  figure=$(http2_figure "$2") || fail "$1 failed at $2: $(tail -n 3 $http2_folder/log)"
  stop_server -KILL
  echo "$1 $2 $figure" >>$http2_folder/samples
}

# The resident memory of the server, in KiB.
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$server/status"; }

# How many requests hob serves now: the one that asks is the first.
in_progress() {
  curl --silent "http://127.0.0.1:$port/metrics" | sed -n 's/^hob_http_requests_in_progress //p'
}

# Appends the memory that an order takes which waits to the samples.
http2_waiting() {
  local before after orders
  start_server --time-scale 1000
  curl --silent --http2-prior-knowledge --output /dev/null "http://127.0.0.1:$port/ping"
  before=$(resident)
  taskset --cpu-list "$(first_processor)" h2load -n 10000 -c 100 -m 100 "http://127.0.0.1:$port/noodles" >/dev/null &
  orders=$!
  until (($(in_progress) >= 10000)); do sleep 0.1; done
  after=$(resident)
  kill "$orders"
  stop_server -KILL
  awk "BEGIN { printf \"hob waiting %.2f KiB\n\", ($after - $before) / 10000 }" >>$http2_folder/samples
}

bench_http2() {
  local work peer round requests=50000 peers=()
  [[ -z $quick ]] || requests=10000
  build_bench
  make_content $http2_folder
  find_peers "${http2_peers[@]}"
  { describe && describe_versions "${peers[@]:1}"; } >$http2_folder/about
  : >$http2_folder/samples
  for ((round = 1; round <= rounds; round++)); do
    say "round $round of $rounds"
    for work in "${http2_works[@]}"; do
      for peer in "${peers[@]}"; do http2_measure "$peer" "$work"; done
    done
    http2_waiting
  done
  print_table http2 bench/http2.rows $http2_folder/about $http2_folder/samples
}
