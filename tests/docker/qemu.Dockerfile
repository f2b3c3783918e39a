# What was compiled for another processor, and what runs it, and hob's tests, on this one.
ARG BASE
FROM $BASE
ARG PACKAGES
RUN dpkg --status $PACKAGES >/dev/null 2>&1 || \
    (apt-get update && apt-get install -y --no-install-recommends $PACKAGES)
