#!/bin/sh
# Runs in the container that compiled hob for arm64, with hob's sources at /hob: links what
# exercises the runtime alone with its library, and has it emulated. The lessons must print what
# they should.
set -eu
cd "$(mktemp -d)"

# emulate NAME SOURCE...
emulate() {
  name=$1
  shift
  aarch64-linux-gnu-gcc -D_GNU_SOURCE -O2 -static -pthread -I /hob -I /hob/include "$@" \
    /build/libhob_runtime.a -lev -l:libboost_context.a -lm -o "$name"
  qemu-aarch64 "./$name" >"$name.out" 2>"$name.err" || { cat "$name.err" >&2 && return 1; }
}

emulate race_offload /hob/tests/threads/race_offload.c
# In virtual time, which has no part in how fast the emulator is; there is none for threads.c.
for file in /hob/examples/*.c; do
  lesson=$(basename "$file" .c)
  [ "$lesson" != threads ] || continue
  emulate "$lesson" "$file" /hob/testing/virtual_time.c
  diff "/hob/tests/examples/$lesson.txt" "$lesson.out"
done
