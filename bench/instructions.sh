# shellcheck shell=bash
# The part "instructions" of script/bench, which sources it: the instructions of a /ping in user space,
# which do not depend on other programs of the machine.
# shellcheck disable=SC2154,SC2034 # script/bench sets the other variables, and stops the server

instructions_folder=build/instructions

# Runs hob under callgrind for COUNT requests: profile COUNT FILE.
profile() {
  local port client=$instructions_folder/bench/bench_client
  port=$($client free-port)
  valgrind --quiet --tool=callgrind --callgrind-out-file="$2" --compress-pos=no --compress-strings=no \
    $instructions_folder/hob --port "$port" --log-level warn --stall-limit 1000 >$instructions_folder/log 2>&1 &
  server=$!
  { $client wait "$port" && $client requests "$1" "$port"; } ||
    fail "hob does not run under callgrind: $(<$instructions_folder/log)"
  stop_server
}

# The difference of two runs gives the cost of a request, without the start and the end.
bench_instructions() {
  local compiler few=$instructions_folder/few many=$instructions_folder/many
  script/setup build test
  configure release $instructions_folder -DHOB_BENCH=ON -DCMAKE_C_FLAGS=-g
  quietly cmake --build $instructions_folder --target hob bench_client
  profile 1600 $few
  profile 17600 $many
  compiler="gcc-$(gcc -dumpversion | cut -d . -f 1) $(uname -m)"
  awk -v root="$root/" -v requests=16000 -v compiler="$compiler" -f bench/instructions.awk \
    input=committed bench/instructions.committed input=few $few input=many $many
}
