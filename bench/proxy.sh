# shellcheck shell=bash
# The part "proxy" of script/bench, which sources it: hob_proxy() beside nginx and HAProxy.
# shellcheck disable=SC2154,SC2034 # script/bench sets the other variables, and stops the server

proxy_peers=(hob nginx haproxy)
proxy_folder=build/bench/proxy

# proxy_file NAME: copies the configuration, with the ports, and prints its path.
proxy_file() {
  sed "s/PORT/$port/; s/UPSTREAM/127.0.0.1:$upstream_port/" "bench/proxy/$1" >"$proxy_folder/$1"
  echo "$root/$proxy_folder/$1"
}

# start_proxy PEER: on the last processor. Sets server, whose processor time cpu_time() reads.
start_proxy() {
  local command
  case $1 in
    hob) command=("$programs/proxy-hob" "$port" "http://127.0.0.1:$upstream_port") ;;
    nginx) command=(nginx -p "$root/$proxy_folder" -c "$(proxy_file nginx.conf)" -e stderr) ;;
    haproxy) command=(haproxy -db -f "$(proxy_file haproxy.cfg)") ;;
  esac
  taskset --cpu-list "$(processor)" "${command[@]}" >"$proxy_folder/$1.log" 2>&1 &
  server=$!
  until_serves "http://127.0.0.1:$port/ping"
}

# measure_proxy PEER: appends its figures to the samples.
measure_proxy() {
  local before after port=8098
  start_proxy "$1"
  on_first_processor wrk -t 1 -c 64 -d 1 "http://127.0.0.1:$port/ping" >"$proxy_folder/output"
  before=$(cpu_time)
  on_first_processor wrk -t 1 -c 64 -d 3 "http://127.0.0.1:$port/ping" >"$proxy_folder/output"
  after=$(cpu_time)
  stop_server
  if grep 'Non-2xx\|Socket errors' "$proxy_folder/output" >build/bench/errors; then
    note_failure proxy "$1" "requests processor" "$(<build/bench/errors)"
    return
  fi
  awk -v peer="$1" -v cpu=$((after - before)) '
    /requests in/ { printf "%s processor %.2f us\n", peer, cpu / 1000 / $1 }
    /^Requests\/sec/ { printf "%s requests %.0f 1/s\n", peer, $2 }' \
    "$proxy_folder/output" >>build/bench/proxy.samples
}

bench_proxy() {
  local round peer upstream upstream_port=8099
  build_bench
  mkdir -p $proxy_folder
  describe >build/bench/proxy.about
  {
    echo "nginx $(nginx -v 2>&1 | sed 's|.*/||')"
    echo "haproxy $(haproxy -v | sed -n '1s/.*version \([^ ]*\).*/\1/p')"
  } >>build/bench/proxy.about
  : >build/bench/proxy.samples
  taskset --cpu-list "$(first_processor)" "$programs/fetch-upstream" $upstream_port 2>build/bench/upstream.log &
  upstream=$!
  # shellcheck disable=SC2064 # the process of now
  trap "kill $upstream; stop_server -KILL" EXIT
  until_serves "http://127.0.0.1:$upstream_port/ping"
  for ((round = 1; round <= rounds; round++)); do
    say "round $round of $rounds"
    for peer in "${proxy_peers[@]}"; do measure_proxy "$peer"; done
  done
  kill $upstream
  trap 'stop_server -KILL' EXIT
  print_table proxy bench/proxy.rows build/bench/proxy.about build/bench/proxy.samples
}
