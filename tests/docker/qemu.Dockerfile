# The build for another processor, with an emulator and what hob's tests need.
ARG BASE
FROM $BASE
ARG PACKAGES
RUN dpkg --status $PACKAGES >/dev/null 2>&1 || \
    (apt-get update && apt-get install -y --no-install-recommends $PACKAGES)
