# shellcheck shell=bash
# What the scripts share. Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
me=script/${0##*/}
PATH=$PATH:/usr/sbin:/sbin # where Debian keeps dockerd and iptables, away from a user's PATH

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "$me: $*"
  exit 1
}

usage_error() {
  say "$me: $* (see $me --help)"
  exit 2
}

have() { command -v "$1" >/dev/null; }

# The help of a script is the comment it begins with.
print_help() { awk 'NR > 1 { if (!sub(/^# ?/, "")) exit; print }' "$0"; }

# only_parts "PART..." ARGUMENT...: answers --help, and refuses what is not a part.
only_parts() {
  local known=" $1 " argument
  shift
  for argument; do
    case $argument in
      -h | --help) print_help && exit ;;
      "" | *" "*) usage_error "unknown part '$argument'" ;;
    esac
    [[ $known == *" $argument "* ]] || usage_error "unknown part '$argument'"
  done
}

# left_out WHAT...: what is not checked on this machine. The summary of script/test has it, and
# continuous integration, which sets CI, must leave out nothing.
left_out() {
  say "  LEFT OUT: $*"
  [[ -z ${LEFT_OUT-} ]] || echo "$*" >>"$LEFT_OUT"
  [[ -z ${CI-} ]] || fail "nothing may be left out where CI is set"
}

# Runs a command that is of interest only when it fails.
quietly() {
  local output
  output=$("$@" 2>&1) && return
  say "$output"
  say "$me: failed: $*"
  return 1
}

# configure PRESET [FOLDER [OPTION...]]: unless it was already done with these presets.
configure() {
  local preset=$1 folder=${2:-build/$1}
  [[ $folder/build.ninja -nt CMakePresets.json ]] && return
  quietly cmake --preset "$preset" -B "$folder" "${@:3}"
}

# The C sources, headers and scripts git knows or would add: sources PATTERN...
sources() {
  git -c safe.directory="$root" ls-files --cached --others --exclude-standard -- "$@" |
    while read -r file; do [[ ! -e $file ]] || printf '%s\n' "$file"; done
}

# Prints "MIRROR ORIGIN" for the distribution that this system's apt installs from.
system_mirror() {
  # shellcheck disable=SC2016 # these are apt's own variables
  apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(LABEL)' 'Created-By: Packages' |
    awk '($2 == "Debian" || $2 == "Ubuntu") && $3 == $2 && NF == 3 { print $1, $2; exit }'
}
