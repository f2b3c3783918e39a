/* The command line and the environment of the program hob. */
#ifndef HOB_PROGRAM_OPTIONS_H
#define HOB_PROGRAM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "handlers/upstreams.h"
#include "hob/hob.h"

enum {
    EXIT_USAGE = 2,   /* the exit status for a wrong option, variable or argument */
    LISTEN_MAX = 16,  /* addresses to listen on */
    HOSTS_MAX = 16,   /* names of --allow-host */
    PROXIES_MAX = 64, /* networks of --trusted-proxies */
    CERTIFICATES_MAX = 16,
    WORKERS_MAX = 1024,
};

/* Files, in the order of the certificates. */
struct file_list {
    char *paths[CERTIFICATES_MAX]; /* malloc()'s */
    size_t count;
};

/* The options of https. */
struct tls_options {
    struct file_list certificates, keys, ocsp;
    const char *client_ca; /* NULL: clients need no certificate */
    bool self_signed;
    bool redirect; /* from the addresses without TLS to the first one with it */
    size_t hsts;   /* seconds; 0 is off */
};

struct options {
    char *listen[LISTEN_MAX];      /* addresses for hob_address_parse(); malloc()'s */
    bool listen_https[LISTEN_MAX]; /* whether their clients need TLS */
    size_t listen_count;           /* at least 1 */
    const char *listen_flag;       /* the flag that named the addresses; NULL if none did */
    char *admin; /* the address of the admin server, malloc()'s; NULL if there is none */
    char *allowed_hosts[HOSTS_MAX];           /* malloc()'s; `server` points to them */
    hob_network trusted_proxies[PROXIES_MAX]; /* `server` points to them */
    char *upstream_texts[UPSTREAMS_MAX];      /* malloc()'s; `upstreams` point to them */
    struct upstream upstreams[UPSTREAMS_MAX];
    size_t upstream_count;
    const char *upstream_ca;   /* trusted for https upstreams; NULL: those of the system are */
    hob_server_options server; /* limits and time-outs; 0 is the server's default */
    size_t workers;            /* 1: this process serves, and starts no others */
    double time_scale;         /* cooking takes this many times as long */
    double stall_limit;        /* seconds; 0 is off */
    hob_log_level log_level;
    bool access_log;
    hob_access_log_format access_log_format;
    const char *access_log_file; /* NULL is standard output */
    struct tls_options tls;
    bool demo;        /* the kitchen page may order dishes that block the thread */
    bool healthcheck; /* ask a running server for its health instead of serving */
};

/*
 * A flag wins over the environment (HOB_GRACE is --grace), which wins over the default; an empty
 * variable counts as unset. *self must stay where it is until options_free(). For --help, --version
 * and --print-config prints them and exits with 0. If something is wrong, prints a line to standard
 * error that names it and exits with EXIT_USAGE. Warns of variables that begin with HOB_ and are
 * not options.
 */
void options_parse(struct options *self, int argc, char **argv);

void options_free(struct options *self);

/* Whether the access log is written to a file, which SIGHUP reopens. */
static inline bool options_log_to_file(const struct options *options)
{
    return options->access_log && options->access_log_file;
}

/* Whether there is a certificate for https. */
static inline bool options_have_certificate(const struct options *options)
{
    return options->tls.self_signed || options->tls.certificates.count > 0;
}

/* Whether the URL of an upstream is for https. */
bool options_have_https_upstream(const struct options *options);

/* Prints a line about what is wrong, and exits with EXIT_USAGE. */
_Noreturn void options_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Reads a whole number that is written in digits only, and is at most `max`. Returns false if the
 * text is anything else.
 */
bool options_parse_count(const char *text, size_t max, size_t *number);

/* A variable of the environment; NULL if it is unset or empty, as by "${LISTEN_FDS:-}". */
const char *options_variable(const char *name);

/*
 * Whether SIGHUP is handled: it reopens the access log and reads certificates again, or comes from
 * a service manager that waits for the messages about it.
 */
static inline bool options_use_hangups(const struct options *options)
{
    return options_log_to_file(options) || options->tls.certificates.count > 0 ||
           options_variable("NOTIFY_SOCKET");
}

/*
 * Whether a variable such as LISTEN_PID holds the id of this process. If not, the variables that
 * belong to it were meant for another process, which passed them on. False if it is unset. Fails
 * if the value is not the id of a process.
 */
bool options_pid_is_ours(const char *variable);

#endif
