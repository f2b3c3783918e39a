# shellcheck shell=bash
# What the findings about OpenSSL share, beside lib.sh: a certificate, and programs that shake hands with
# themselves by shake.h.
debian libssl-dev=3.0.22-1~deb12u2 libssl3=3.0.22-1~deb12u2
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 2 \
  -subj /CN=localhost 2>/dev/null
libraries=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH=$libraries

# compile NAME: NAME.c, which may include shake.h.
compile() {
  # shellcheck disable=SC2154 # lib.sh sets it
  gcc -I root/usr/include -I "$(echo root/usr/include/*-linux-gnu)" -I "$folder" -o "$1" "$1.c" \
    -L "$libraries" -lssl -lcrypto
}
