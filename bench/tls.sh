# shellcheck shell=bash
# The part "tls" of script/bench, which sources it: hob and its peers as servers of HTTP over TLS.
# shellcheck disable=SC2154,SC2034 # script/bench sets the other variables, and stops the server

tls_peers=(hob nginx h2o node go)
tls_works=(pipelined resumed beside download upload idle)
tls_near_works=(ping full) # with a close target: they are measured several times a round
tls_folder=build/bench/tls

# make_certificate FOLDER: a key and a certificate for it, of P-256.
make_certificate() {
  mkdir -p "$1"
  quietly openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
    -subj /CN=bench -addext subjectAltName=IP:127.0.0.1,DNS:localhost -keyout "$1/key.pem" \
    -out "$1/cert.pem"
}

# Writes the configuration of a server, with the values of this run, and prints its path.
tls_configuration() {
  sed "s|PORT|$port|; s|FOLDER|$root/$tls_folder|" "bench/tls/$1.conf" >"$tls_folder/$1.conf"
  echo "$root/$tls_folder/$1.conf"
}

# Sets `command` to the command of a server with TLS on $port: tls_command_of PEER WORK.
tls_command_of() {
  local certificate=("$tls_folder/cert.pem" "$tls_folder/key.pem")
  case $1:$2 in
    hob:download | hob:upload) command=("$programs/http-services" "$port" 1 "${certificate[@]}") ;;
    hob:*)
      command=(build/bench/hob --port "$port" --log-level warn --idle-timeout 600
        --tls-certificate "${certificate[0]}" --tls-key "${certificate[1]}")
      ;;
    nginx:*) command=(nginx -p "$root/$tls_folder" -c "$(tls_configuration nginx)" -e stderr) ;;
    h2o:*) command=(h2o --mode worker --conf "$(tls_configuration h2o)") ;;
    node:*) command=(node bench/http/peers/node.js "$port" 1 https "${certificate[@]}") ;;
    go:*) command=(env GOMAXPROCS=1 "$programs/http-go" "$port" 1 "${certificate[@]}") ;;
  esac
}

# cost_by_h2load COUNT PATH OPTION...: prints the microseconds on the processor that a request takes
# the server, for that many of them, after half as many.
cost_by_h2load() {
  local count=$1 url=$2 before after
  shift 2
  on_first_processor h2load -n $((count / 2)) "$@" "$url" >build/bench/h2load
  before=$(cpu_time)
  on_first_processor h2load -n "$count" "$@" "$url" >build/bench/h2load
  after=$(cpu_time)
  grep -q "status codes: $count 2xx" build/bench/h2load || fail "requests failed: $(<build/bench/h2load)"
  awk "BEGIN { printf \"%.2f us\n\", ($after - $before) / $count / 1000 }"
}

# The figures of the running server: tls_figures WORK.
tls_figures() {
  local url=https://127.0.0.1:$port
  case $1 in
    ping) echo "ping $(cost_by_h2load "$requests" "$url/ping" --h1 -c 64)" ;;
    pipelined) echo "pipelined $(cost_by_h2load $((4 * requests)) "$url/ping" --h1 -c 64 -m 16)" ;;
    download) echo "download $(cost_by_h2load $((requests / 50)) "$url/download" --h1 -c 4)" ;;
    upload)
      echo "upload $(cost_by_h2load $((requests / 50)) "$url/upload" --h1 -c 4 -d $tls_folder/download)"
      ;;
    idle) on_first_processor "$programs/tls-client" idle "$port" "$server" 1000 ;;
    *) on_first_processor "$programs/tls-client" "$1" "$port" "$server" "$seconds" ;;
  esac
}

# Starts a server, and appends its figures to the samples: tls_measure PEER WORK.
tls_measure() {
  local command port
  port=$("$client" free-port)
  tls_command_of "$1" "$2"
  taskset --cpu-list "$(processor)" "${command[@]}" >$tls_folder/log 2>&1 &
  server=$!
  until_serves "https://127.0.0.1:$port/ping" --insecure
  tls_figures "$2" >$tls_folder/output || fail "$1 failed at $2: $(tail -n 3 $tls_folder/log)"
  stop_server -KILL
  sed "s/^/$1 /" $tls_folder/output >>$tls_folder/samples
}

# All servers do one workload before the next, so that compared figures are measured close together.
tls_measure_all() {
  local peer
  for peer in "${peers[@]}"; do
    [[ $peer:$1 == h2o:upload ]] || tls_measure "$peer" "$1"
  done
}

bench_tls() {
  local work round i peers=() requests=20000 seconds=1 often=3
  [[ -z $quick ]] || requests=5000 seconds=0.5 often=1
  ulimit -S -n 20000 || fail "it needs 20,000 open files for each process: see ulimit -H -n"
  build_bench
  build_go http-go bench/http/peers/http.go
  make_certificate $tls_folder
  make_content $tls_folder
  find_peers "${tls_peers[@]}"
  { describe && describe_versions "${peers[@]:1}" && openssl version; } >$tls_folder/about
  : >$tls_folder/samples
  for ((round = 1; round <= rounds; round++)); do
    say "round $round of $rounds"
    for ((i = 0; i < often; i++)); do
      for work in "${tls_near_works[@]}"; do tls_measure_all "$work"; done
    done
    for work in "${tls_works[@]}"; do tls_measure_all "$work"; done
  done
  print_table tls bench/tls.rows $tls_folder/about $tls_folder/samples
}
