#!/usr/bin/env bash
# Surprise: Criterion's option --timeout does not end a test that takes longer.
#
# Guess:    --timeout 1 gives each test without a time-out of its own a second, as .timeout = 1 of a test
#           or of a suite does.
# Package:  libcriterion-dev 2.4.1-2 (Debian 12)
# Seen:     with --timeout 1 a test that sleeps for 3 s passes. With .timeout = 1 it fails: "Timed out".
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
debian libcriterion-dev=2.4.1-2 libcriterion3=2.4.1-2 libnanomsg5 libffi8 libgit2-1.5 libhttp-parser2.9 \
  libmbedtls14 libmbedx509-1 libmbedcrypto7 libssh2-1 libpcre2-8-0

cat >tests.c <<'C'
#include <criterion/criterion.h>
#include <unistd.h>

Test(sleeps, without_a_timeout)
{
    sleep(3);
}

Test(sleeps, with_one_of_its_own, .timeout = 1)
{
    sleep(3);
}
C
libraries=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
gcc -I root/usr/include -o tests tests.c -L "$libraries" -Wl,--allow-shlib-undefined -lcriterion
export LD_LIBRARY_PATH=$libraries

# result_of TEST OPTION...
result_of() { ./tests --filter "sleeps/$1" "${@:2}" 2>&1 | sed -n 's/.*Passing: \([01]\).*/\1 passed/p'; }

expect "without a time-out" "$(result_of without_a_timeout)" "1 passed"
expect "with --timeout 1" "$(result_of without_a_timeout --timeout 1)" "1 passed"
expect "with .timeout = 1" "$(result_of with_one_of_its_own)" "0 passed"
