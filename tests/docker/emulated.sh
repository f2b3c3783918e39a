#!/bin/sh
# Runs in the container that compiled hob for arm64, with hob's sources at /hob: links what
# exercises the runtime alone with its library, and has it emulated. The lessons must print what
# they should.
set -eu
cd "$(mktemp -d)"

emulate() {
  source=$1 name=$(basename "$1" .c)
  aarch64-linux-gnu-gcc -O2 -static -pthread -I /hob -I /hob/include "/hob/$source" \
    /build/libhob_runtime.a -lev -l:libboost_context.a -lm -o "$name"
  qemu-aarch64 "./$name" >"$name.out" 2>"$name.err" || { cat "$name.err" >&2 && return 1; }
}

lesson() { emulate "examples/$1.c" && diff "/hob/tests/examples/$1.txt" "$1.out"; }

emulate tests/threads/race_offload.c
jobs=""
for file in /hob/examples/*.c; do
  lesson "$(basename "$file" .c)" &
  jobs="$jobs $!"
done
for job in $jobs; do wait "$job"; done
