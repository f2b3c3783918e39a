# shellcheck shell=bash
# An engine for script/docker-test and script/package-test: the one docker reaches or, for root, one
# of our own. Sourced, after lib.sh.

engine_folder="" # of our own engine, while there is one
had_bridge=""    # not empty when another engine's bridge was there before ours

engine_answers() { docker version >/dev/null 2>&1; }

start_engine() {
  engine_answers && return
  ((EUID == 0)) || fail "no Docker engine is reachable, and only root can start one;" \
    "to leave this part out: script/test unit integration examples asan tsan valgrind consumer"
  say "Starting an engine of our own"
  engine_folder=$(mktemp -d "${TMPDIR:-/var/tmp}/hob-docker.XXXXXX")
  [[ ! -e /sys/class/net/docker0 ]] || had_bridge=yes
  export DOCKER_HOST=unix://$engine_folder/socket
  # Nothing here needs its firewall rules, and they would outlive it.
  dockerd --iptables=false --ip6tables=false --ip-masq=false --ip-forward=false \
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
  [[ -n $had_bridge ]] || ip link delete docker0 2>/dev/null || true
  rm -rf "$engine_folder"
}

# What the tests install: all at once, since nothing here takes longer than apt in a container.
# llhttp cannot be there for two architectures.
base_packages() {
  docker/build packages amd64
  docker/build packages arm64 | sed 's/libllhttp-dev:[^ ]*//'
  echo haproxy qemu-user
}

# Makes an archive of Debian with these packages.
make_base() {
  local archive=$1 native mirror origin=
  have mmdebstrap || fail "$base can be neither pulled nor made: mmdebstrap is not installed"
  read -r mirror origin < <(system_mirror) || true
  [[ $origin == Debian ]] ||
    fail "$base can be neither pulled nor made: this system has no mirror of Debian"
  native=$(dpkg --print-architecture)
  mkdir -p "${archive%/*}"
  quietly mmdebstrap --variant=minbase --architectures="$native,amd64,arm64" \
    --include="$(base_packages | paste -sd ' ')" --dpkgopt=tests/docker/dpkg.cfg \
    trixie "$archive.part.tar" "$mirror"
  mv "$archive.part.tar" "$archive"
}

# Sets base, the image that builds start from: pulled, or made from the distribution's packages.
base_image() {
  local archive=build/docker/trixie.tar
  base=debian:trixie-slim
  docker image inspect $base >/dev/null 2>&1 && return
  say "Pulling $base"
  timeout 120 docker pull --quiet $base >/dev/null 2>&1 && return
  if [[ ! $archive -nt docker/build || ! $archive -nt tests/docker/dpkg.cfg ]]; then
    say "It cannot be pulled; making one with mmdebstrap"
    make_base $archive
  fi
  base=hob-test-base
  docker import $archive $base >/dev/null
}
