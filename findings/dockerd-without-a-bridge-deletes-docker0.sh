#!/usr/bin/env bash
# Surprise: a second dockerd with --bridge=none deletes the bridge docker0 of the first.
#
# Guess:    --bridge=none disables the bridge network of this daemon (dockerd(8)): it makes none, and
#           leaves alone what it has not made. A daemon with directories and a socket of its own can
#           so run beside another.
# Package:  docker.io 20.10.24+dfsg1-1+deb12u1+b6, containerd 1.6.20~ds1-1+deb12u3, runc
#           1.1.5+ds1-1+deb12u1 (Debian 12)
# Seen:     in a network namespace with a bridge docker0, which nothing of this daemon knows, it is gone
#           when the daemon has started: the containers of the other daemon lose their network. With
#           --bridge=NAME of another bridge docker0 stays.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[[ $(id -u) == 0 ]] || fail "dockerd needs root"
debian docker.io=20.10.24+dfsg1-1+deb12u1+b6 containerd=1.6.20~ds1-1+deb12u3 runc=1.1.5+ds1-1+deb12u1 \
  libdevmapper1.02.1=2:1.02.185-2 libseccomp2=2.5.4-1+deb12u1
export PATH=$PWD/root/usr/sbin:$PWD/root/usr/bin:$PATH LD_LIBRARY_PATH
LD_LIBRARY_PATH=$(echo "$PWD"/root/usr/lib/*-linux-gnu)

# bridges BRIDGE: those that are there after dockerd has started, in a network namespace of its own that
# has docker0 and other0.
bridges() {
  # shellcheck disable=SC2016 # the inner shell expands them
  unshare --net bash -c '
    ip link add docker0 type bridge && ip link add other0 type bridge
    ip addr add 10.99.0.1/24 dev other0 && ip link set other0 up
    : >"$2/log"
    timeout 40 dockerd --bridge="$1" --iptables=false --ip6tables=false --ip-masq=false \
      --ip-forward=false --data-root "$2/data" --exec-root "$2/exec" --pidfile "$2/pid" \
      --host "unix://$2/socket" &>"$2/log" &
    for ((i = 0; i < 200; i++)); do grep -q "API listen" "$2/log" && break; sleep 0.1; done
    grep -q "API listen" "$2/log" || tail -2 "$2/log" >&2
    ip -brief link show type bridge | cut -d" " -f1 | xargs
    kill "$(cat "$2/pid")" && wait
  ' bridges "$1" "$(mktemp -d -p "$work")"
}

expect "--bridge=other0" "$(bridges other0)" "docker0 other0"
expect "--bridge=none" "$(bridges none)" "other0"
