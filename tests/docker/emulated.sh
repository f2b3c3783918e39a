#!/bin/sh
# usage: tests/docker/emulated.sh
#
# In a container that compiles for arm64, compiles the tests of what depends on the processor, and runs
# them under qemu, which the kernel starts for every program of that processor. Unless it is configured
# already, that needs Linux 6.7, where a user namespace has a binfmt_misc of its own, and a container
# that may make one; without these it exits with 77. A test takes a third of a second, most of which
# is its start under qemu.
set -eu
cd "$(dirname "$0")/../.."
built=/build-tests

build() {
  export PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig
  cmake -G Ninja -S . -B $built -DCMAKE_BUILD_TYPE=Release -DCMAKE_SYSTEM_NAME=Linux \
    -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc \
    -DHOB_TLS=OFF -DHOB_HTTP2=OFF
  cmake --build $built --target processor_tests race_offload race_line_writer virtual_examples
}

# Where a program of arm64 begins, and what runs it; see binfmt_misc in the kernel's documentation.
register() {
  magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
  mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
  mount -t binfmt_misc binfmt_misc /mnt || exit 77
  printf %s ":hob-arm64:M::$magic:$mask:/usr/bin/qemu-aarch64:F" >/mnt/register
}

left_out=$(grep -v '^#' tests/docker/not_emulated | paste -s -d '|')

run() {
  cd $built
  tests/processor_tests --filter "!($left_out)"
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
