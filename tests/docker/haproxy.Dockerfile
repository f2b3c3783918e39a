# Stands in for the official image where that cannot be pulled: Debian's HAProxy of the same version.
ARG BASE
FROM $BASE
RUN command -v haproxy || \
    (apt-get update && apt-get install -y --no-install-recommends haproxy)
USER haproxy
CMD ["haproxy", "-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]
