/* The command line and environment of the hob program. */
#ifndef HOB_OPTIONS_H
#define HOB_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "hob/log.h"

enum {
    EXIT_USAGE = 2, /* the exit status for a command line that is not understood */
};

struct options {
    const char *host;
    uint16_t port;
    double time_scale;  /* cooking takes this many times as long */
    double grace;       /* seconds */
    double stall_limit; /* seconds; 0 is off */
    hob_log_level log_level;
    bool healthcheck; /* ask a running server how it is, instead of being one */
};

/*
 * A flag wins over the environment (PORT), which wins over the default. For --help and --version
 * prints them and exits with 0; for anything that is wrong, prints one line to standard error that
 * names it and exits with EXIT_USAGE.
 */
struct options options_parse(int argc, char **argv);

#endif
