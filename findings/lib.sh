# shellcheck shell=bash
# What the findings share: a temporary folder, pinned packages in it, and what is expected.
# A finding sources this file, runs real programs on valid input, and fails when they behave
# otherwise than it says.
set -euo pipefail
finding=$(basename "$0" .sh)
# shellcheck disable=SC2034 # for those that source this
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
started=()

end() {
  local pid
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap end EXIT
cd "$work"

fail() {
  echo "$finding: $*" >&2
  exit 1
}

# debian NAME=VERSION...: unpacks these packages of Debian 12 below $work/root. Installs nothing.
debian() {
  local package
  mkdir -p debs root
  for package; do
    (cd debs && apt-get download -qq "$package" 2>/dev/null) || fail "$package is no longer to be had"
  done
  for package in debs/*.deb; do dpkg -x "$package" root; done
}

# npm_package NAME@VERSION...: installs these packages in $work/node_modules.
npm_package() {
  npm install --silent --no-audit --no-fund --ignore-scripts "$@" >npm.log 2>&1 ||
    fail "$* cannot be installed: $(tail -1 npm.log)"
}

# in_background COMMAND...: ends with the script, after two minutes at most.
in_background() {
  timeout 120 "$@" &>>background.log &
  started+=($!)
}

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1",
    () => { console.log(s.address().port); s.close() })'
}

# wait_for_port PORT: until something listens there, 20 seconds at most.
wait_for_port() {
  local left=200
  until (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do
    ((left-- > 0)) || fail "nothing listens on port $1: $(tail -3 background.log)"
    sleep 0.1
  done
}

# run_nginx: unpacks nginx and runs it. Its configuration in "http" is the standard input.
run_nginx() {
  debian nginx=1.22.1-9+deb12u11
  cat - >nginx.http
  cat >nginx.conf <<END
daemon off;
pid $work/nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path $work/body;
  proxy_temp_path $work/proxy;
  fastcgi_temp_path $work/fastcgi;
  uwsgi_temp_path $work/uwsgi;
  scgi_temp_path $work/scgi;
  include $work/nginx.http;
}
END
  in_background root/usr/sbin/nginx -p "$work" -c nginx.conf -e stderr
}

# expect WHAT SEEN WANTED: prints both, and fails when they differ.
expect() {
  printf '%-44s %s\n' "$1" "$2"
  [[ $2 == "$3" ]] || fail "$1: \"$3\" was seen when this was written"
}

# answer_of URL: status, content, and whether curl detects that it is incomplete.
answer_of() {
  local code=0 answer
  answer=$(curl --silent --http1.1 --max-time 3 --write-out '\n%{http_code}' "$1") || code=$?
  case $code in
    0) code="whole" ;;
    18) code="cut short" ;;
    28) code="never ends" ;;
  esac
  echo "${answer##*$'\n'} $(head -1 <<<"$answer") ($code)"
}
