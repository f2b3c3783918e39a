# shellcheck shell=bash
# An engine for script/docker-test and script/package-test: the one docker reaches or, for root, one
# of our own. Sourced, after lib.sh.

engine_folder="" # of our own engine, while there is one
engine_bridge=docker0
had_bridge="" # not empty when another engine's bridge was there before ours

engine_answers() { docker version >/dev/null 2>&1; }

# start_engine [--apart]: with --apart it can run beside another one, and its containers have the network
# of the host or none: it has a bridge of its own, with an address for benchmarks (RFC 2544). With
# --bridge=none it would remove the other's bridge.
start_engine() {
  local bridge=()
  engine_answers && return
  ((EUID == 0)) || fail "no Docker engine is reachable, and only root can start one;" \
    "to leave this part out: script/test unit integration examples asan tsan valgrind consumer"
  say "Starting an engine of our own"
  engine_folder=$(mktemp -d "${TMPDIR:-/var/tmp}/hob-docker.XXXXXX")
  if [[ ${1-} == --apart ]]; then
    engine_bridge=hob-$$ bridge=(--bridge hob-$$)
    ip link add $engine_bridge type bridge
    ip address add 198.18.0.1/30 dev $engine_bridge
    ip link set $engine_bridge up
  elif [[ -e /sys/class/net/docker0 ]]; then
    had_bridge=yes
  fi
  export DOCKER_HOST=unix://$engine_folder/socket
  # Nothing here needs its firewall rules, and they would outlive it.
  dockerd "${bridge[@]}" --iptables=false --ip6tables=false --ip-masq=false --ip-forward=false \
    --data-root "$engine_folder/data" --exec-root "$engine_folder/exec" \
    --pidfile "$engine_folder/pid" --host "$DOCKER_HOST" >"$engine_folder/log" 2>&1 &
  engine=$!
  for _ in {1..150}; do
    engine_answers && return
    kill -0 $engine 2>/dev/null || break
    sleep 0.2
  done
  tail -n 20 "$engine_folder/log" >&2
  fail "dockerd does not start here (its log's end is above);" \
    "to leave this part out: script/test unit integration examples asan tsan valgrind consumer"
}

stop_engine() {
  [[ -n $engine_folder ]] || return 0
  kill "$engine" 2>/dev/null || true
  wait "$engine" 2>/dev/null || true
  awk -v folder="$engine_folder/" 'index($2, folder) == 1 { print $2 }' /proc/mounts | sort -r |
    xargs --no-run-if-empty umount || true
  [[ -n $had_bridge ]] || ip link delete $engine_bridge 2>/dev/null || true
  rm -rf "$engine_folder"
}

# Whether an image is here already, or can be pulled.
have_image() {
  docker image inspect "$1" >/dev/null 2>&1 && return
  say "Pulling $1"
  timeout 120 docker pull --quiet "$1" >/dev/null 2>&1
}

# make_debian ARCHIVE RELEASE [OPTION...]: from the packages of this system's mirror; options are
# mmdebstrap's.
make_debian() {
  local mirror origin=
  say "It cannot be pulled; making one with mmdebstrap"
  have mmdebstrap || fail "Debian can be neither pulled nor made: mmdebstrap is not installed"
  read -r mirror origin < <(system_mirror) || true
  [[ $origin == Debian ]] ||
    fail "Debian can be neither pulled nor made: this system has no mirror of it"
  mkdir -p "${1%/*}"
  quietly mmdebstrap --variant=minbase "${@:3}" "$2" "$1.part.tar" "$mirror"
  mv "$1.part.tar" "$1"
}

# base_image NAME RELEASE: Debian and nothing else.
base_image() {
  local archive=build/docker/debian-$2.tar
  have_image "$1" && return
  [[ -e $archive ]] || make_debian "$archive" "$2"
  docker import "$archive" "$1" >/dev/null
}

# The packages that compile and run the tests for arm64.
emulation_packages() { echo qemu-user "pkgconf:$(dpkg --print-architecture)" libcriterion-dev:arm64 libcurl4-openssl-dev:arm64; }

# The packages that the parts of script/docker-test install. llhttp cannot be there for two architectures.
packages_of() {
  docker/build packages
  echo haproxy
  [[ " $* " == *" arm64 "* ]] || return 0
  docker/build packages arm64 | sed 's/libllhttp-dev:[^ ]*//'
  emulation_packages
}

architectures_of() {
  dpkg --print-architecture
  [[ " $* " != *" arm64 "* ]] || echo arm64
}

# build_base PART...: sets base, the image that builds start from. One that is made here has all
# that the parts install, since nothing takes longer than apt in a container.
build_base() {
  local packages archive
  base=debian:trixie-slim
  have_image $base && return
  packages=$(packages_of "$@" | paste -sd ' ')
  archive=build/docker/build-$(cat - tests/docker/dpkg.cfg <<<"$packages" | md5sum | head -c 8).tar
  [[ -e $archive ]] || make_debian "$archive" trixie --dpkgopt=tests/docker/dpkg.cfg \
    --include="$packages" --architectures="$(architectures_of "$@" | uniq | paste -sd ,)"
  base=hob-test-base
  docker import "$archive" $base >/dev/null
}
