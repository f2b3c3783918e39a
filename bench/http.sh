# shellcheck shell=bash
# The part "http" of script/bench, which sources it: hob and its peers as HTTP servers.
# shellcheck disable=SC2154 # script/bench sets the other variables

# The first is hob; servers that are not installed are left out.
http_peers=(hob limit nginx h2o lighttpd microhttpd node go)
http_works=(at-once idle cooking download upload stream start)
# Workloads with a close target, which are measured several times a round.
http_near_works=(ping-64 ping-1000 pipelined browser-64 browser-pipelined connect spread)
http_folder=build/bench/http
client=$programs/bench_client

# Returns whether a server can do a workload: can PEER WORK.
can() {
  case $1:$2 in
    h2o:spread | h2o:at-once | h2o:cooking | h2o:upload | h2o:stream) return 1 ;;
    lighttpd:spread | lighttpd:at-once | lighttpd:cooking | lighttpd:upload | lighttpd:stream) return 1 ;;
    microhttpd:stream) return 1 ;;
  esac
}

# Writes the configuration of a server, with the values of this run.
configuration() {
  local file=$http_folder/$1.conf
  sed "s|PORT|$port|; s|SECONDS|$2|; s|FOLDER|$root/$http_folder|" "bench/http/peers/$1.conf" >"$file"
  echo "$root/$file"
}

# Sets `command` to the command of a server on $port: command_of PEER WORK. An order takes a second,
# but longer beside /ping, so that it is not served before the end of the measurement.
command_of() {
  local seconds=1
  [[ $2 != cooking ]] || seconds=60
  case $1:$2 in
    hob:ping* | hob:pipelined | hob:browser* | hob:connect | hob:idle | hob:start)
      command=(build/bench/hob --port "$port" --log-level warn)
      ;;
    hob:*) command=("$programs/http-services" "$port" "$seconds") ;;
    limit:* | microhttpd:*) command=("$programs/http-$1" "$port" "$seconds") ;;
    go:*) command=(env GOMAXPROCS=1 "$programs/http-go" "$port" "$seconds") ;;
    node:*) command=(node bench/http/peers/node.js "$port" "$seconds") ;;
    nginx:*)
      command=(nginx -p "$root/$http_folder" -c "$(configuration nginx $seconds)" -e stderr)
      ;;
    h2o:*) command=(h2o --mode worker --conf "$(configuration h2o $seconds)") ;;
    lighttpd:*) command=(lighttpd -D -f "$(configuration lighttpd $seconds)") ;;
  esac
  command=(taskset --cpu-list "$(processor)" "${command[@]}")
}

# Starts a server, and writes the client's results to a file: measure PEER WORK.
measure() {
  local command port
  port=$("$client" free-port)
  command_of "$1" "$2"
  "${command[@]}" >$http_folder/log 2>&1 &
  server=$!
  on_first_processor "$client" "$2" "$port" "$server" "$duration" >$http_folder/output ||
    fail "$1 failed at $2: $(tail -n 3 $http_folder/log)"
  stop_server -KILL
}

# The time to its first response: the client starts and ends the server.
measure_start() {
  local command port
  port=$("$client" free-port)
  command_of "$1" start
  on_first_processor "$client" start "$port" "${command[@]}" >$http_folder/output 2>$http_folder/log ||
    fail "$1 does not start: $(tail -n 3 $http_folder/log)"
}

version_of() {
  case $1 in
    nginx) nginx -v 2>&1 | sed 's|.*/||; s| .*||' ;;
    h2o) h2o --version | sed -n 's/^h2o version //p' ;;
    lighttpd) lighttpd -v | sed 's|.*/||; s| .*||' ;;
    microhttpd) "$programs/http-microhttpd" --version ;;
    node) node --version ;;
    go) go version | cut -d ' ' -f 3 ;;
    nghttpd) nghttpd --version | sed 's|.*/||' ;;
  esac
}

# describe_versions PEER...
describe_versions() {
  local peer
  echo "peers $(for peer; do printf '%s ' "$peer" "$(version_of "$peer")"; done)"
}

describe_peers() {
  describe_versions "${peers[@]:2}"
  echo "seconds $duration for each measurement, and half as many for the warm-up;" \
    "$often measurements a round for the rows down to the spread orders"
}

# All servers do one workload before the next, so that compared figures are measured close together.
measure_all() {
  local peer
  for peer in "${peers[@]}"; do
    can "$peer" "$1" || continue
    if [[ $1 == start ]]; then measure_start "$peer"; else measure "$peer" "$1"; fi
    sed "s/^/$peer /" $http_folder/output >>"$samples"
  done
}

bench_http() {
  local work round i peers=() duration=0.6 often=3 samples=$http_folder/samples
  [[ -z $quick ]] || duration=0.25 often=1
  (($(nproc) > 1)) || fail "it needs two processors: one for the server, one for the client"
  ulimit -S -n 20000 || fail "it needs 20,000 open files for each process: see ulimit -H -n"
  build_bench
  build_go http-go bench/http/peers/http.go
  make_content $http_folder
  find_peers "${http_peers[@]}"
  { describe && describe_peers; } >$http_folder/about

  : >$samples
  for ((round = 1; round <= rounds; round++)); do
    say "round $round of $rounds"
    for ((i = 0; i < often; i++)); do
      for work in "${http_near_works[@]}"; do measure_all "$work"; done
    done
    for work in "${http_works[@]}"; do measure_all "$work"; done
  done
  print_table http bench/http/http.rows $http_folder/about $samples build/bench/http.svg
}
