/* The command line and environment of the hob program. */
#ifndef HOB_PROGRAM_OPTIONS_H
#define HOB_PROGRAM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "hob/hob.h"

enum {
    EXIT_USAGE = 2,  /* the exit status for a command line that is not understood */
    LISTEN_MAX = 16, /* addresses to listen on */
    HOSTS_MAX = 16,  /* names that --allow-host takes */
    WORKERS_MAX = 1024,
};

struct options {
    const char *listen[LISTEN_MAX]; /* addresses: see hob_address_parse() */
    size_t listen_count;            /* at least 1 */
    const char *listen_flag;        /* the flag that said where to listen; NULL if none did */
    const char *admin;              /* where operators are served; NULL for where all are */
    hob_server_options server;      /* limits and time-outs; what is 0 the server decides */
    size_t workers;                 /* processes that serve; 1 is this one alone */
    double time_scale;              /* cooking takes this many times as long */
    double stall_limit;             /* seconds; 0 is off */
    hob_log_level log_level;
    bool access_log; /* a line for each request, in this format */
    hob_access_log_format access_log_format;
    const char *access_log_file; /* NULL is standard output */
    bool demo;                   /* the page may order what keeps the thread */
    bool healthcheck;            /* ask a running server how it is, instead of being one */
};

/*
 * A flag wins over the environment (HOB_GRACE is --grace), which wins over the default; an empty
 * variable is as good as none. For --help, --version and --print-config prints them and exits with
 * 0; for anything that is wrong, prints one line to standard error that names it and exits with
 * EXIT_USAGE. Warns of variables that begin with HOB_ and are no option.
 */
struct options options_parse(int argc, char **argv);

/* Whether the access log is written to a file, which SIGHUP opens again. */
static inline bool options_log_to_file(const struct options *options)
{
    return options->access_log && options->access_log_file;
}

/* Prints a line like that, and exits. */
_Noreturn void options_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Reads a whole number that is written in digits alone, of at most `max`. Returns false if it is
 * anything else.
 */
bool options_parse_count(const char *value, size_t max, size_t *number);

/* A variable of the environment; NULL if it is not set, or empty, as by "${LISTEN_FDS:-}". */
const char *options_variable(const char *name);

/*
 * Whether a variable such as LISTEN_PID holds the id of this process: those that go with it may be
 * meant for a process before this one, which left them in the environment. False if it is not set.
 * Anything that is no id of a process is refused.
 */
bool options_mean_this_process(const char *variable);

#endif
