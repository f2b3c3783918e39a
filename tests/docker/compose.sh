# shellcheck shell=bash disable=SC2154
# The compose file: replicas that come and go behind a balancer. Sourced by script/docker-test.

compose() {
  local command=(docker compose)
  docker compose version >/dev/null 2>&1 || command=(docker-compose)
  HOB_PORT=0 HOB_TLS_PORT=0 HOB_TLS=$work/tls "${command[@]}" --project-name "hob-test-$$" \
    --file docker/compose.yaml --file tests/docker/quicker.yaml "$@"
}

balancer_image() {
  local name=haproxy:3.0
  have_image $name && return
  quietly docker build --network host --tag $name --build-arg BASE="$base" \
    --file tests/docker/haproxy.Dockerfile tests/docker
}

# How many replicas have served someone.
serving() {
  compose logs --no-color balancer | grep -o 'kitchens/hob[0-9]*' | sort -u | wc -l
}

# load NAME OPTION... URL: for some seconds, in the background; its report goes to a file. Each
# request has a connection of its own: on one that has served already, hey would itself try again.
load() {
  local name=$1
  shift
  hey -z 6s -disable-keepalive "$@" >"$work/load.$name" 2>&1 &
  loads+=($!)
}

# Waits for the loads, and looks at what their clients got: statuses, and errors of connections.
all_were_served() {
  local file
  wait "${loads[@]}"
  loads=()
  for file in "$work"/load.*; do
    if ! grep -q 'Status code distribution' "$file" || grep -q 'Error distribution' "$file" ||
      grep -E '^ +\[[0-9]+\]' "$file" | grep -qv "\[2..\]"; then
      say "$(<"$file")"
      fail "$1: not every request got its response"
    fi
  done
  ok "$1: $(sed -n 's/^ *\[2..\]\t\([0-9]*\) .*/\1/p' "$work"/load.* | paste -sd +) responses"
  rm "$work"/load.*
}

replica() { compose ps --quiet hob | sed -n "$1p"; }

check_balancer() {
  local plain
  curl --silent --fail --cacert "$work/tls/hob.pem" --output /dev/null "$url/" ||
    fail "the balancer's certificate does not hold"
  order_everything "$url" --cacert "$work/tls/hob.pem"
  is "a neighbour cooks an order" $'noodles cooking done\n.' \
    "$(body "$url/delivery/noodles?from=neighbour" --cacert "$work/tls/hob.pem")"
  is "clients get HTTP/2" 2 \
    "$(curl --silent --insecure --output /dev/null --write-out '%{http_version}' "$url/ping")"
  curl --silent --insecure --cookie-jar "$work/cookies" --output /dev/null "$url/ping"
  grep --quiet kitchen "$work/cookies" || fail "a browser is given no cookie"
  is "a browser stays with one replica" "" \
    "$(curl --silent --insecure --cookie "$work/cookies" --head "$url/ping" | grep -i set-cookie)"
  plain=http://localhost:$(compose port balancer 8080 | sed 's/.*://')
  is "without TLS it sends clients to where there is" 308 \
    "$(curl --silent --output /dev/null --write-out '%{http_code}' "$plain/ping")"
}

replicas_are_healthy() {
  [[ $(compose ps --quiet hob neighbour | xargs docker inspect --format '{{.State.Health.Status}}' |
    sort | uniq --count | xargs) == "4 healthy" ]]
}

# Sets url. A new start of the balancer changes its ports.
find_balancer() { url=https://localhost:$(compose port balancer 8443 | sed 's/.*://'); }

# How often the balancer has found a server to be UP, or DOWN, by a check.
found() { compose logs --no-color balancer | grep --count "Server kitchens/hob[0-9]* is $1, reason" || true; }

have_become() { (($(found "$1") >= $2)); }

have_read_it() {
  (($(compose logs --no-color hob neighbour | grep --count 'use the certificates as they are now') >= 4))
}

# The servers read new certificates by themselves. The balancer, which does not know this one, has to
# be started again: a TLS session that is resumed has no certificate that it could check.
check_replicas_certificate() {
  local before
  eventually replicas_are_healthy
  ok "their health checks pass, over TLS"
  before=$(found DOWN)
  cp "$work/tls/replica.pem" "$work/replica.pem"
  docker/demo-certificate "$work/others"
  cp "$work/others/replica.pem" "$work/tls/replica.pem"
  eventually have_read_it
  compose restart --timeout 1 balancer >/dev/null 2>&1
  eventually have_become DOWN $((before + 3))
  ok "the balancer sends nothing to servers with another certificate"
  before=$(found UP)
  cp "$work/replica.pem" "$work/tls/replica.pem"
  eventually have_become UP $((before + 3))
  find_balancer
  ok "with the first certificate they serve again, without a restart"
}

# GETs of both kinds, those that are answered at once and those that cook when their replica leaves.
check_replicas() {
  local loads=()
  load ping -c 5 -q 20 "$url/ping"
  load noodles -c 20 "$url/noodles"
  load orders -c 2 -q 10 -m POST "$url/orders?dish=noodles" # the balancer sends none of these twice
  sleep 2
  docker stop --time 35 "$(replica 1)" >/dev/null
  all_were_served "a replica was stopped under load"

  load ping -c 5 -q 20 "$url/ping"
  load noodles -c 20 "$url/noodles"
  sleep 2
  docker kill "$(replica 2)" >/dev/null
  all_were_served "a replica was killed under load"
}

check_compose() {
  if ! compose version >/dev/null 2>&1; then
    left_out "the replicas: there is no docker compose here"
    return
  fi
  balancer_image
  docker/demo-certificate "$work/tls"
  quietly compose up --detach --no-build # the image named hob is the one just built
  find_balancer
  eventually curl --silent --fail --insecure --output /dev/null "$url/"
  check_balancer
  check_replicas_certificate
  check_replicas
  is "all three replicas served" 3 "$(serving)"
  compose down >/dev/null 2>&1
  ok "docker compose up and down"
}
