# shellcheck shell=bash disable=SC2154
# The image for arm64, made and run on whatever this machine is. Sourced by script/docker-test.

# run_emulated_tests IMAGE: they make a namespace of their own, and mount something there.
run_emulated_tests() {
  local output code=0
  output=$(docker run --rm --security-opt seccomp=unconfined --security-opt apparmor=unconfined \
    --volume "$root:/hob:ro" "$1" /hob/tests/docker/emulated.sh 2>&1) || code=$?
  case $code in
    0) ok "the tests pass, all that qemu can run" ;;
    77) left_out "the tests for arm64: nobody starts qemu for them here (${output##*$'\n'})" ;;
    *) say "$output" && fail "the tests that were compiled for arm64 fail under qemu" ;;
  esac
}

check_arm64() {
  local arch built=hob-test-arm64
  make_archive arm64 "$work/arm64.tar" >/dev/null
  arch=$(tar --extract --to-stdout --file "$work/arm64.tar" index.json |
    jq --raw-output '.manifests[0].platform.architecture')
  is "it is an image for arm64" arm64 "$arch"

  # The stage that compiled it, from the engine's cache, and the emulator.
  quietly docker build --network host --tag $built --build-arg BASE="$base" \
    --build-arg ARCH=arm64 --target build --file docker/Dockerfile .
  quietly docker build --network host --tag $built --build-arg BASE=$built \
    --build-arg PACKAGES="$(emulation_packages)" --file tests/docker/qemu.Dockerfile tests/docker
  docker run --rm $built aarch64-linux-gnu-readelf --file-header --program-headers /out/hob \
    >"$work/elf"
  grep -q 'Machine: *AArch64' "$work/elf" || fail "the binary is not for arm64: $(<"$work/elf")"
  ! grep -q INTERP "$work/elf" || fail "the binary is not static: $(<"$work/elf")"
  ok "the binary is static"

  run_emulated_tests $built

  start_container $built qemu-aarch64 /out/hob --host 0.0.0.0 --time-scale 0.1
  order_everything "$url"
  is "/meal, two coroutines at once" $'french fries cooking done\nnoodles cooking done\n.' \
    "$(body "$url/meal")"
  docker stop --time 35 "$container" >/dev/null
  is "stopped, it exits with 0" 0 "$(state ExitCode)"
}
