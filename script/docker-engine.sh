# shellcheck shell=bash
# An engine for script/docker-test: the one docker reaches or, for root, one of our own.
# Sourced, after lib.sh.

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

# The image the build starts from: here already, pulled, or made from the distribution's packages.
base_image() {
  local name=$1 release=$2 archive=build/docker/$2.tar mirror origin=
  docker image inspect "$name" >/dev/null 2>&1 && return
  say "Pulling $name"
  timeout 120 docker pull --quiet "$name" >/dev/null 2>&1 && return
  if [[ ! -e $archive ]]; then
    say "It cannot be pulled; making it with mmdebstrap"
    have mmdebstrap || fail "$name can be neither pulled nor made: mmdebstrap is not installed"
    read -r mirror origin < <(system_mirror) || true
    [[ $origin == Debian ]] ||
      fail "$name can be neither pulled nor made: this system has no mirror of Debian"
    mkdir -p build/docker
    quietly mmdebstrap --variant=minbase "$release" build/docker/part.tar "$mirror"
    mv build/docker/part.tar "$archive"
  fi
  docker import "$archive" "$name" >/dev/null
}
