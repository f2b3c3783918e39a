/* options.h: the options of the program. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "market.h"

#include <stddef.h>

struct options {
    const char *listen;
    const char *watch;
    double patience;
    double interval;
    struct market markets[MARKETS_MAX];
    size_t market_count;
};

/* Ends the program for --help, and with a message that names what was wrong. Changes argv. */
struct options options_parse(int argc, char **argv);

#endif
