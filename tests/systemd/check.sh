#!/usr/bin/env bash
# The only service of the systemd that boot.sh becomes. Its last line is "passed" if all is well.
set -euo pipefail

result=""

finish() {
  [[ $result == passed ]] || journalctl --no-pager --unit hob.service | tail -n 20
  echo "$result"
  systemctl poweroff --force --force >/dev/null 2>&1
}
trap finish EXIT

# is "WHAT" EXPECTED ACTUAL
is() {
  [[ $3 == "$2" ]] || {
    echo "$1: expected '$2', got '$3'"
    exit 1
  }
  echo "  ok: $1"
}

eventually() {
  for _ in {1..100}; do
    "$@" >/dev/null 2>&1 && return
    sleep 0.1
  done
  is "$*" "within 10 s" "not at all"
}

property() { systemctl show --property "$1" --value hob.service; }
status() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$(property MainPID)/status"; }
ask() { curl --silent --fail --max-time 5 "${@:2}" "http://localhost:8080$1"; }
logged() { journalctl --no-pager --unit hob.service | grep --quiet "$1"; }
is_another_process() { [[ $(property MainPID) != "$1" && $(property MainPID) != 0 ]]; }
was_restarted() { [[ $(property NRestarts) == 1 && $(property ActiveState) == active ]]; }

restart_by_signal() {
  local old
  old=$(property MainPID)
  systemctl kill --signal=USR2 --kill-whom=main hob.service
  eventually is_another_process "$old"
  is "it is active after a restart by signal" active "$(property ActiveState)"
  is "and answers" "Hello, world!" "$(ask /ping)"
}

ask_again_and_again() {
  local i
  for i in {1..100}; do ask /ping >/dev/null || echo "$i"; done
}

printf 'HOB_DEMO=true\nHOB_TIME_SCALE=0.1\nHOB_STALL_LIMIT=0.02\n' >/etc/default/hob
printf 'HOB_ACCESS_LOG=combined\nHOB_ACCESS_LOG_FILE=/var/log/hob/access.log\n' >>/etc/default/hob
systemctl start hob.service
is "it answers as soon as it is started" "Hello, world!" "$(ask /ping)"
is "it is not root" "" "$(status Uid | grep -w 0 || true)"
is "it has no capability to get" 0000000000000000 "$(status CapBnd)"
is "it gets no new privileges" 1 "$(status NoNewPrivs)"
is "its system calls are filtered" 2 "$(status Seccomp)"
ask "/orders?dish=offloaded" --request POST >/dev/null
ask "/orders?dish=blocking" --request POST >/dev/null
eventually logged "has kept the thread"
is "the stall detector and another thread work nevertheless" "noodles cooking done" "$(ask /noodles)"

# Debian 12 has systemd 252, which knows no Type=notify-reload.
reload() {
  if (($(systemctl --version | awk '{ print $2; exit }') >= 253)); then
    systemctl reload hob.service
  else
    systemctl kill --signal=HUP --kill-whom=main hob.service
  fi
}

eventually grep --quiet "GET /ping" /var/log/hob/access.log
mv /var/log/hob/access.log{,.1}
reload
eventually test -e /var/log/hob/access.log
is "its log is where it may write, and can be rotated" active "$(property ActiveState)"

# Shorter than anybody wants to wait, but not for what keeps the thread of a busy machine.
mkdir -p /run/systemd/system/hob.service.d
printf '[Service]\nWatchdogSec=3s\n' >/run/systemd/system/hob.service.d/watchdog.conf
systemctl daemon-reload
systemctl restart hob.service
restart_by_signal
sleep 4
is "the watchdog hears of the new process" 0 "$(property NRestarts)"
systemctl kill --signal=STOP --kill-whom=main hob.service
eventually was_restarted
is "the watchdog replaces what is silent" "Hello, world!" "$(ask /ping)"
systemctl stop hob.service
is "it stops in good order" success "$(property Result)"

echo HOB_WORKERS=2 >>/etc/default/hob
systemctl start hob.service
is "several processes answer as one" "Hello, world!" "$(ask /ping)"
restart_by_signal
systemctl stop hob.service
is "and stop in good order" success "$(property Result)"

echo HOB_GRACE=x >/etc/default/hob
systemctl start hob.service 2>/dev/null || true
is "a wrong variable fails, once" "exit-code 2 0" \
  "$(property Result) $(property ExecMainStatus) $(property NRestarts)"
/usr/bin/hob --print-config >/etc/default/hob

cp /mnt/only-sockets.conf /run/systemd/system/hob.service.d
systemctl daemon-reload
systemctl start hob.socket
is "a client starts it" "Hello, world!" "$(ask /ping)"
ask_again_and_again >/tmp/lost &
systemctl restart hob.service
systemctl restart hob.service
wait $!
is "restarts lose nobody" "" "$(cat /tmp/lost)"
restart_by_signal
result=passed
