# shellcheck shell=bash
# The part "websocket" of script/bench, which sources it: servers of WebSockets.
# shellcheck disable=SC2154,SC2034 # script/bench sets the other variables, and stops the server

websocket_peers=(hob gorilla ws)

# measure_websocket PEER: appends its figures to the samples.
measure_websocket() {
  local command port=8098
  case $1 in
    hob) command=("$programs/websocket-hob" "$port") ;;
    gorilla) command=(env GOMAXPROCS=1 "$programs/websocket-gorilla" "$port") ;;
    ws) command=(env "NODE_PATH=$root/tests/browser/node_modules" node bench/websocket/peers/ws.js "$port") ;;
  esac
  taskset --cpu-list "$(processor)" "${command[@]}" &>build/bench/websocket.log &
  server=$!
  until_serves "http://127.0.0.1:$port/"
  on_first_processor "$programs/websocket-client" "$port" "$server" "$1" >>build/bench/websocket.samples
  stop_server -KILL
}

bench_websocket() {
  local round peer
  build_bench
  (cd tests/browser && quietly npm ci) # which has ws
  GOPATH=/usr/share/gocode build_go websocket-gorilla bench/websocket/peers/gorilla.go
  describe >build/bench/websocket.about
  : >build/bench/websocket.samples
  for ((round = 1; round <= rounds; round++)); do
    say "round $round of $rounds"
    for peer in "${websocket_peers[@]}"; do measure_websocket "$peer"; done
  done
  print_table websocket bench/websocket.rows build/bench/websocket.about build/bench/websocket.samples
}
