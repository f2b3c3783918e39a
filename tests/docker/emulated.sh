#!/bin/sh
# usage: tests/docker/emulated.sh
#
# In a container that compiles for arm64, compiles hob's tests too, and runs them under qemu, which
# the kernel starts for every program of that processor. Unless it is configured already, that
# needs Linux 6.7, where a user namespace has a binfmt_misc of its own, and a container that may
# make one; without these it exits with 77.
set -eu
cd "$(dirname "$0")/../.."
built=/build-tests

build() {
  export PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig
  cmake -G Ninja -S . -B $built -DCMAKE_BUILD_TYPE=Release -DCMAKE_SYSTEM_NAME=Linux \
    -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc
  cmake --build $built --target unit_tests virtual_tests integration_tests race_offload \
    race_line_writer virtual_examples
}

# Where a program of arm64 begins, and what runs it; see binfmt_misc in the kernel's documentation.
register() {
  magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
  mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
  mount -t binfmt_misc binfmt_misc /mnt || exit 77
  printf %s ":hob-arm64:M::$magic:$mask:/usr/bin/qemu-aarch64:F" >/mnt/register
}

# qemu takes the advice that makes guard pages for a hint, has no limits of memory and no filters of
# system calls and sockets, reads no further than memory is mapped, has threads of its own, and says
# itself that a signal ended a program. In a user namespace root is kept from no file. And arm64's
# libc reads in a function without a name.
cannot='misuse*/*|trace_watch/to_turn_away*|overflow/*|stack/*|*/*without_*memory*'
cannot="$cannot|buffer/*memory_runs_out|open_beneath/*openat2|listener/that_is_shut*"
cannot="$cannot|descriptor/read_takes_any_size|offload/without_any_thread*|offload/as_many_threads*"
cannot="$cannot|read_file/a_file_that_may_not_be_read*|stall/the_backtrace_begins*"
cannot="$cannot|call/*_names_the_task_*|call/deep_refuses_to_wait|sync/mistakes_are_named|reserve/lack_of_memory*"
cannot="$cannot|codings/return_that_there_is_no_memory|test_request/that_makes_no_sense*"
cannot="$cannot|watch/does_not_hide_a_deadlock|watch/outside_of_its_loop*"

run() {
  cd $built
  tests/virtual_tests --filter "!($cannot)"
  tests/unit_tests --filter "!($cannot)"
  tests/integration_tests --filter '@(http|conformance|streams)/*'
  ctest --no-tests=error --output-on-failure \
    -R '^(threads_.*|example_.*_virtual)$' -E '^example_service_virtual$'
}

case ${1-} in
  in-namespace) register ;;
  *)
    build
    if ! $built/tests/race_offload >/dev/null 2>&1; then
      unshare --user --map-root-user --mount true || exit 77
      exec unshare --user --map-root-user --mount tests/docker/emulated.sh in-namespace
    fi
    ;;
esac
run
