#!/usr/bin/env bash
# Surprise: packageurl-js escapes a plus in the name and in qualifiers, but not in the version.
#
# Guess:    a package URL that is read and written again stays as it was, since its specification
#           has one rule for what is percent-encoded in all components (a plus is).
# Package:  packageurl-js 2.0.1 of npm
# Seen:     "2.36-9%2Bdeb12u14" is written as "2.36-9+deb12u14", so the URL of nearly each package of
#           Debian differs from that of a tool that follows the rule, and a comparison of two bills
#           of materials as text finds no pair.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
npm_package packageurl-js@2.0.1

cat >again.cjs <<'END'
const { PackageURL } = require("packageurl-js")
console.log(PackageURL.fromString(process.argv[2]).toString())
END
again() { node again.cjs "$1"; }
expect "in a name" "$(again pkg:deb/debian/libstdc%2B%2B6@12)" "pkg:deb/debian/libstdc%2B%2B6@12"
expect "in a qualifier" "$(again pkg:deb/debian/x@1?arch=a%2Bb)" "pkg:deb/debian/x@1?arch=a%2Bb"
expect "in a version" "$(again pkg:deb/debian/libc6@2.36-9%2Bdeb12u14)" \
  "pkg:deb/debian/libc6@2.36-9+deb12u14"
