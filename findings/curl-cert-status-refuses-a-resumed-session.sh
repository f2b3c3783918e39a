#!/usr/bin/env bash
# Surprise: curl --cert-status refuses a server when it resumes the session of a connection before, and
# one that does not send the root certificate.
#
# Guess:    a server sends its OCSP response with its certificate. Neither is sent when a session is
#           resumed (RFC 8446 2.2), whose certificate was checked before, so --cert-status accepts that.
#           A server may also leave out the root, which the client has to know (RFC 8446 4.4.2): that is
#           what most servers do.
# Package:  curl, libcurl4 7.88.1-10+deb12u15 (Debian 12); as server openssl 3.0
# Seen:     the first transfer succeeds, and the second one on a new connection fails with "No OCSP
#           response received", exit code 91. If the server sends only the certificate that the trusted
#           root has signed, the first one fails with "Error computing OCSP ID": curl looks for the issuer
#           among the certificates that were sent.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
debian curl=7.88.1-10+deb12u15 libcurl4=7.88.1-10+deb12u15

make_certificates() {
  local curve=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
  openssl req -x509 "${curve[@]}" -keyout root.key -out root.pem -days 2 -subj /CN=root
  openssl req "${curve[@]}" -keyout server.key -out server.csr -subj /CN=localhost
  openssl x509 -req -in server.csr -CA root.pem -CAkey root.key -set_serial 7 -days 2 -out server.pem \
    -extfile <(echo subjectAltName=IP:127.0.0.1)
    printf 'V\t%s\t\t07\tunknown\t/CN=localhost\n' "$(date -u -d tomorrow +%y%m%d%H%M%SZ)" >index
  openssl ocsp -issuer root.pem -cert server.pem -reqout request.der
  openssl ocsp -index index -CA root.pem -rsigner root.pem -rkey root.key -reqin request.der -ndays 1 \
    -respout staple.der
}
make_certificates &>certificates.log || fail "no certificates: $(tail -3 certificates.log)"

# serve PORT [OPTION...]
serve() {
  in_background openssl s_server -accept "127.0.0.1:$1" -www -cert server.pem -key server.key \
    -status_file staple.der "${@:2}"
  wait_for_port "$1"
}
whole=$(free_port)
serve "$whole" -cert_chain root.pem
short=$(free_port)
serve "$short"

# ask URL...: the status of each transfer, or why curl refuses it.
ask() {
  LD_LIBRARY_PATH=$(echo "$PWD"/root/usr/lib/*-linux-gnu) timeout 20 root/usr/bin/curl --silent \
    --http1.1 --cacert root.pem --write-out '%{http_code} %{errormsg}\n' --output /dev/null \
    --output /dev/null "$@" | sed 's/ $//' | paste -sd ,
}
expect "two connections" "$(ask "https://127.0.0.1:$whole/" "https://127.0.0.1:$whole/")" "200,200"
expect "two, --cert-status" "$(ask --cert-status "https://127.0.0.1:$whole/" "https://127.0.0.1:$whole/")" \
  "200,000 No OCSP response received"
expect "two, --cert-status --no-sessionid" \
  "$(ask --cert-status --no-sessionid "https://127.0.0.1:$whole/" "https://127.0.0.1:$whole/")" "200,200"
expect "without the root, --cert-status" "$(ask --cert-status "https://127.0.0.1:$short/")" \
  "000 Error computing OCSP ID"
