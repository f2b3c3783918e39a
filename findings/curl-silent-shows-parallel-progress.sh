#!/usr/bin/env bash
# Surprise: "curl --silent --parallel" prints its table of progress all the same.
#
# Guess:    --silent means no progress meter (curl(1)), however many transfers there are, so that a
#           script finds nothing on standard error but errors.
# Package:  curl, libcurl4 7.88.1-10+deb12u15 (Debian 12)
# Seen:     one after the other, transfers with --silent print nothing. With --parallel the header
#           "DL% UL%" and the table stand on standard error, also for one transfer, and also with
#           --show-error. --no-progress-meter prints nothing in both cases.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
debian curl=7.88.1-10+deb12u15 libcurl4=7.88.1-10+deb12u15
export LD_LIBRARY_PATH
LD_LIBRARY_PATH=$(echo "$PWD"/root/usr/lib/*-linux-gnu)

port=$(free_port)
in_background node -e "require('http').createServer((request, response) => response.end('hello'))
  .listen($port, '127.0.0.1')"
wait_for_port "$port"

# printed OPTION...: the first line that curl writes to standard error.
printed() {
  local url=http://127.0.0.1:$port/ line
  line=$(root/usr/bin/curl "$@" "$url" "$url" --output /dev/null --output /dev/null 2>&1 | head -1)
  echo "${line:0:7}"
}

expect "--silent" "$(printed --silent)" ""
expect "--silent --parallel" "$(printed --silent --parallel)" "DL% UL%"
expect "--silent --show-error --parallel" "$(printed --silent --show-error --parallel)" "DL% UL%"
expect "--no-progress-meter --parallel" "$(printed --no-progress-meter --parallel)" ""
