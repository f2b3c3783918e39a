# shellcheck shell=bash
# The part "instructions" of script/bench, which sources it: the instructions of a /ping in user space,
# which do not depend on other programs of the machine.
# shellcheck disable=SC2154,SC2034 # script/bench sets the other variables, and stops the server

instructions_folder=build/instructions

# profile REQUEST COUNT FILE: runs hob under callgrind for COUNT requests, "requests" or "browser".
profile() {
  local port client=$instructions_folder/bench/bench_client
  port=$($client free-port)
  valgrind --quiet --tool=callgrind --callgrind-out-file="$3" --compress-pos=no --compress-strings=no \
    $instructions_folder/hob --port "$port" --log-level warn --stall-limit 1000 >$instructions_folder/log 2>&1 &
  server=$!
  { $client wait "$port" && $client "$1" "$2" "$port"; } ||
    fail "hob does not run under callgrind: $(<$instructions_folder/log)"
  stop_server
}

# The difference of two runs gives the cost of a request, without the start and the end.
bench_instructions() {
  local request compiler code=0 few=$instructions_folder/few many=$instructions_folder/many
  script/setup build test
  configure release $instructions_folder -DHOB_BENCH=ON -DCMAKE_C_FLAGS=-g
  quietly cmake --build $instructions_folder --target hob bench_client
  compiler="gcc-$(gcc -dumpversion | cut -d . -f 1) $(uname -m)"
  for request in requests browser; do
    profile $request 1600 $few
    profile $request 9600 $many
    awk -v root="$root/" -v requests=8000 -v compiler="$compiler" -v request=$request \
      -f bench/instructions.awk \
      input=committed bench/instructions.committed input=few $few input=many $many || code=1
  done
  return $code
}
