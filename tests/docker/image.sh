# shellcheck shell=bash disable=SC2154
# What the image promises. Sourced by script/docker-test.

# script/image, with the host's network: a mirror may be reachable from there alone.
make_archive() { script/image "$1" "$2" -- --network host --build-arg BASE="$base" "${@:3}"; }

build_image() {
  say "Building the image"
  archive=$work/hob.tar
  digest=$(make_archive "$(dpkg --print-architecture)" "$archive")
  docker load --quiet --input "$archive" >/dev/null
  say "  $digest"
}

check_contents() {
  local files
  # Files that the engine adds to every container do not count.
  files=$(docker export "$container" | tar --list |
    grep -Ev '^(\.dockerenv|(dev|etc|proc|sys)/.*)$')
  is "the image holds the binary and its bill of materials, and nothing else" \
    $'hob\nhob.cdx.json' "$files"
}

check_size() {
  local size
  size=$(docker image inspect --format '{{.Size}}' "$image")
  ((size <= 8800000)) || fail "the image has $size bytes, which is more than 8.8 MB"
  ok "it has $size bytes"
}

check_labels() {
  local labels label
  labels=$(docker image inspect "$image" | jq '.[0].Config.Labels')
  for label in title description licenses; do
    jq --exit-status ".[\"org.opencontainers.image.$label\"] | length > 0" <<<"$labels" \
      >/dev/null || fail "it has no label $label: $labels"
  done
  is "its labels tell what it is, and the version" "$(docker run --rm "$image" --version)" \
    "hob $(jq --raw-output '.["org.opencontainers.image.version"]' <<<"$labels")"
}

check_bill_of_materials() {
  local bill=$work/hob.cdx.json name
  docker cp "$container:/hob.cdx.json" "$bill"
  docker cp "$container:/hob" "$work/hob"
  check_schema "$bill"
  is "it is about this binary" "$(sha256sum "$work/hob" | cut -d ' ' -f 1)" \
    "$(jq --raw-output '.metadata.component.hashes[0].content' "$bill")"
  for name in libev llhttp c-ares OpenSSL nghttp2 Boost.Context glibc GCC; do
    jq --exit-status --arg name "$name" 'any(.components[]; (.description | startswith($name)) and
        (.version | length > 0) and (.licenses[0].expression | length > 0))' "$bill" >/dev/null ||
      fail "the bill of materials does not name $name: $(<"$bill")"
  done
  ok "it names what is linked, with versions and licenses"
}

# The check has to find mistakes in a bill of materials, too.
check_schema() {
  script/setup schemas
  (cd tests/deploying && quietly npm ci && quietly node bill_of_materials.js "$1")
  jq 'del(.components[0].type)' "$1" >"$work/wrong.cdx.json"
  (cd tests/deploying && ! node bill_of_materials.js "$work/wrong.cdx.json" >/dev/null 2>&1) ||
    fail "a bill of materials with a part of no type was found to be valid"
  jq '.components[0] |= (.version = "1:2+b1~rc" | .purl = "pkg:deb/debian/\(.name)@1%3A2+b1~rc")' "$1" \
    >"$work/wrong.cdx.json"
  (cd tests/deploying && ! node bill_of_materials.js "$work/wrong.cdx.json" >/dev/null 2>&1) ||
    fail "a package URL with a plus sign was found to be valid"
  ok "the bill of materials is valid CycloneDX, and so are its package URLs"
}

# From a copy: other folders, other times of files, another umask, nothing from a cache, and with a
# label as Podman's builder adds it.
check_reproducible() {
  local copy=$work/elsewhere/hob file
  mkdir -p "$copy"
  (
    umask 077
    for file in $(sources .); do
      mkdir -p "$copy/$(dirname "$file")"
      cp --no-preserve=timestamps "$file" "$copy/$file"
    done
  )
  (
    cd "$copy" || exit
    SOURCE_DATE_EPOCH=$(git -c safe.directory="$root" -C "$root" log -1 --format=%ct) \
      make_archive "$(dpkg --print-architecture)" "$work/again.tar" \
      --no-cache --label io.buildah.version=1.28.2 >/dev/null
  )
  cmp "$archive" "$work/again.tar" || fail "the same sources gave another image"
  ok "it is the same when it is built again: $digest"
}

# As with Podman, whose version has no server.
# shellcheck disable=SC2016 # the script's own words
check_without_server() {
  mkdir "$work/bin"
  printf '#!/bin/sh\n[ "$1" != version ] || exit 125\nexec %s "$@"\n' "$(command -v docker)" \
    >"$work/bin/docker"
  chmod +x "$work/bin/docker"
  is "it can be built where the engine has no server" "$digest" "$(PATH=$work/bin:$PATH \
    script/image -- --network host --build-arg BASE="$base")"
}

is_healthy() { [[ $(state Health.Status) == healthy ]]; }

# start ARGUMENT...: a locked-down container.
start() {
  start_container --read-only --cap-drop ALL --security-opt no-new-privileges \
    --health-interval 1s "$image" "$@"
}

check_service() {
  start --host 0.0.0.0 --time-scale 0.1
  order_everything "$url"
  is "it runs as nobody in particular" 65532 \
    "$(docker top "$container" -eo pid,uid | awk 'END { print $2 }')"
  eventually is_healthy
  ok "the engine finds it healthy"
}

check_stop() {
  start
  body "$url/french-fries" >"$work/order" &
  local order=$!
  sleep 0.5
  kill -0 $order 2>/dev/null || fail "the order was done before the server was told to stop"
  docker stop --time 35 "$container" >/dev/null
  wait $order || fail "the order that was cooking at docker stop was lost"
  is "docker stop lets an order finish" $'french fries cooking done\n.' "$(<"$work/order")"
  is "the server then exits with 0" 0 "$(state ExitCode)"
}

check_bad_option() {
  local code=0
  docker run --rm "$image" --no-such-option >"$work/output" 2>&1 || code=$?
  is "a bad option exits with 2" 2 $code
  grep -q -e --no-such-option "$work/output" || fail "the message does not name the bad option"
}

is_well() { docker exec "$container" /hob healthcheck "$@"; }

# The command of packaging/kubernetes, with a certificate where the Secret would be. A server that could
# not use it would exit.
check_manifest() {
  local arguments
  mapfile -t arguments < <(sed -n 's/^ *- \(--.*\)/\1/p' packaging/kubernetes/deployment.yaml)
  docker/demo-certificate "$work/secret"
  cp "$work/secret/hob.crt" "$work/secret/tls.crt"
  cp "$work/secret/hob.pem" "$work/secret/tls.key"
  container=$(docker run --detach --read-only --volume "$work/secret:/tls:ro" "$image" "${arguments[@]}")
  containers+=("$container")
  eventually is_well --admin 127.0.0.1:8081
  ok "the command of packaging/kubernetes serves with a certificate"
}

check_image() {
  container=$(docker create "$image")
  containers+=("$container")
  check_contents
  check_size
  check_labels
  check_bill_of_materials
  check_reproducible
  check_without_server
  check_service
  check_manifest
  check_stop
  check_bad_option
}
