#!/usr/bin/env bash
# Surprise: Deno's fetch and Wget return the first member of gzip content, and drop the rest silently.
#
# Guess:    the gzip coding is the format of RFC 1952 (RFC 9110 8.4.1.3), in which a file is a series
#           of members: "cat a.gz b.gz" and bgzip make such files. A client returns all of them.
# Package:  npm deno 2.9.6 (linux x64), wget 1.21.3-1+deb12u1 (Debian 12); for comparison npm bun
#           1.4.5, Node.js, and curl 7.88.1-10+deb12u15
# Seen:     for a member with "hel" and one with "lo", fetch of Node.js and of Bun returns "hello". curl
#           --compressed writes "hel" and ends with exit code 23. Deno's fetch and Wget return "hel" and
#           report no error, although Content-Length counts both members.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
npm_package deno@2.9.6 bun@1.4.5
debian wget=1.21.3-1+deb12u1 curl=7.88.1-10+deb12u15 libcurl4=7.88.1-10+deb12u15

cat >serve.js <<'END'
const { gzipSync } = require("zlib")
require("http").createServer((request, response) => {
  const content = Buffer.concat(["hel", "lo"].map(text => gzipSync(text)))
  response.writeHead(200, { "Content-Encoding": "gzip", "Content-Length": content.length })
  response.end(content)
}).listen(process.argv[2], "127.0.0.1")
END
echo 'console.log(await (await fetch(process.argv[2])).text())' >get.mjs
port=$(free_port)
in_background node serve.js "$port"
wait_for_port "$port"
url=http://127.0.0.1:$port/
libraries=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
# get COMMAND...: what it prints, and its exit code.
get() {
  local code=0 content
  content=$("$@" "$url") || code=$?
  echo "$content (exit code $code)"
}
expect "Node.js" "$(get node get.mjs)" "hello (exit code 0)"
expect "Bun" "$(get node_modules/@oven/bun-linux-x64/bin/bun run get.mjs)" "hello (exit code 0)"
expect "curl" "$(get env LD_LIBRARY_PATH="$libraries" root/usr/bin/curl --silent --compressed)" \
  "hel (exit code 23)"
expect "Wget" "$(get root/usr/bin/wget --quiet --compression=gzip --output-document=-)" \
  "hel (exit code 0)"
deno=(node_modules/@deno/linux-x64*/deno)
expect "Deno" "$(get "${deno[0]}" run --allow-all get.mjs)" \
  "hel (exit code 0)"
