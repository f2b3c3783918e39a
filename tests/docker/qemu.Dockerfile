# What was compiled for another processor, and what runs it on this one.
ARG BASE
FROM $BASE
RUN command -v qemu-aarch64 || \
    (apt-get update && apt-get install -y --no-install-recommends qemu-user)
