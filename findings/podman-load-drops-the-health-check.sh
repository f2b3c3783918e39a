#!/usr/bin/env bash
# Surprise: "podman load" drops an image's health check, and "podman pull docker-archive:" of the same
# file keeps it.
#
# Guess:    an archive that has both the index of OCI and Docker's manifest.json is the same image
#           however it is brought in.
# Package:  podman 4.3.1+ds1-8+deb12u1+b3 (Debian 12)
# Seen:     load takes the OCI side, whose format knows no health check, although it stands in the
#           configuration that both sides share. There is no warning. By docker-archive: it is
#           there.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
debian podman=4.3.1+ds1-8+deb12u1+b3 libgpgme11=1.18.0-3+b1 libassuan0=2.5.5-5 \
  libdevmapper1.02.1=2:1.02.185-2 libsubid4=1:4.13+dfsg1-1+deb12u2
export LD_LIBRARY_PATH
LD_LIBRARY_PATH=$(echo "$PWD"/root/usr/lib/*-linux-gnu):$(echo "$PWD"/root/lib/*-linux-gnu)

cat >archive.js <<'END'
const fs = require("fs")
const hash = bytes => require("crypto").createHash("sha256").update(bytes).digest("hex")
const run = require("child_process").execSync
fs.mkdirSync("image/blobs/sha256", { recursive: true })
const blob = (mediaType, bytes) => {
  fs.writeFileSync("image/blobs/sha256/" + hash(bytes), bytes)
  return { mediaType, digest: "sha256:" + hash(bytes), size: bytes.length }
}
const file = of => "blobs/sha256/" + of.digest.slice("sha256:".length)
const json = value => Buffer.from(JSON.stringify(value))
const oci = "application/vnd.oci.image."

fs.writeFileSync("hello", "hi\n")
run("tar -cf layer.tar hello")
const layer = blob(oci + "layer.v1.tar", fs.readFileSync("layer.tar"))
const config = blob(oci + "config.v1+json", json({
  architecture: "amd64", os: "linux",
  config: { Cmd: ["/hello"], Healthcheck: { Test: ["CMD", "/hello"] } },
  rootfs: { type: "layers", diff_ids: [layer.digest] },
}))
const manifest = blob(oci + "manifest.v1+json",
  json({ schemaVersion: 2, mediaType: oci + "manifest.v1+json", config, layers: [layer] }))
manifest.annotations = { "io.containerd.image.name": "localhost/x:1" }
fs.writeFileSync("image/oci-layout", '{"imageLayoutVersion":"1.0.0"}')
fs.writeFileSync("image/index.json", json({ schemaVersion: 2, manifests: [manifest] }))
fs.writeFileSync("image/manifest.json",
  json([{ Config: file(config), RepoTags: ["localhost/x:1"], Layers: [file(layer)] }]))
run("tar -C image -cf image.tar .")
END
node archive.js
echo '{"default":[{"type":"insecureAcceptAnything"}]}' >policy.json

# podman_in FOLDER ARGUMENT...: with a store of its own.
podman_in() {
  local store=$1
  shift
  root/usr/bin/podman --root "$PWD/$store/root" --runroot "$PWD/$store/run" --tmpdir "$PWD/$store/tmp" \
    --storage-driver vfs --events-backend none "$@" 2>>background.log
}

check_of() {
  podman_in "$1" inspect --type image localhost/x:1 --format '{{json .HealthCheck}}'
}

podman_in loaded load --signature-policy policy.json --input image.tar >/dev/null
podman_in pulled pull --signature-policy policy.json docker-archive:image.tar >/dev/null
expect "podman load" "$(check_of loaded)" "null"
expect "podman pull docker-archive:" "$(check_of pulled)" '{"Test":["CMD","/hello"]}'
