#!/usr/bin/env bash
# usage: howto.sh SOURCES PROGRAM...
#
# Runs each program howto_NAME and executes the commands in the comment at the beginning of
# SOURCES/NAME.c: a line "$ COMMAND", and behind it the expected output. curl connects to the program
# whatever the URL says, since port 8080 may be in use.
set -euo pipefail

sources=$1
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The commands and their output as the comment has them.
transcript() {
  sed -n '/^ \*\/$/q; s/^ \*     //p; s/^ \*$//p' "$1" | sed '/^\$/,$!d' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
}

# shellcheck disable=SC2317 # the commands call it
curl() { command curl -sS --max-time 20 --unix-socket shop.sock "$@"; }

wait_until_it_listens() {
  local _
  for _ in {1..500}; do
    ! grep -q "00010000 .*$PWD/shop.sock" /proc/net/unix || return 0
    sleep 0.02
  done
  return 1
}

check() {
  local name=$1 program=$2 server command
  mkdir "$folder/$name"
  cd "$folder/$name"
  transcript "$sources/$name.c" >expected
  "$program" "unix:$PWD/shop.sock" >log 2>&1 &
  server=$!
  wait_until_it_listens
  while IFS= read -r command <&3; do
    [[ $command == '$ '* ]] || continue
    printf '%s\n' "$command"
    eval "${command#??}" 2>&1 || true # the output is compared
  done 3<expected >actual
  # A second signal would end it at once.
  [[ $(<expected) == *"kill \$server"* ]] || kill "$server"
  wait "$server"
  diff expected actual
}

failed=0
declare -A checks
for program; do
  name=${program##*/howto_}
  (check "$name" "$program") >"$folder/$name.log" 2>&1 &
  checks[$name]=$!
done
for name in "${!checks[@]}"; do
  wait "${checks[$name]}" && continue
  echo "$name:" && cat "$folder/$name.log" "$folder/$name/log" && failed=1
done
exit $failed
