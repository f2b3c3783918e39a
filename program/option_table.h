/*
 * The table of the options, and how their values are read. Everything that knows the options is
 * made from this table: the command line, the environment, --help, --print-config, the man page and
 * the shells' completions. A new option is a row in option_table.c.
 */
#ifndef HOB_PROGRAM_OPTION_TABLE_H
#define HOB_PROGRAM_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"

struct parsing;
struct option_spec;

/* Reads a value into the options, or calls options_fail(). */
typedef void option_apply(struct parsing *self, const struct option_spec *spec, const char *value);

struct option_spec {
    const char *name;     /* without the dashes; its variable is HOB_NAME with underscores */
    const char *argument; /* the name of its value in the help; NULL for a switch, which has none */
    const char *initial;  /* the default, as a value on the command line; NULL if it has none */
    const char *help;     /* a sentence, without the default */
    option_apply *apply;
    size_t offset;       /* of its field in struct options, if `apply` sets a single field */
    const char *choices; /* the words that it accepts, separated by spaces; NULL for other values */
    bool is_list;        /* it may be repeated, and takes several values separated by commas */
    bool is_command;     /* it prints something and sets nothing: it has no variable */
};

enum { OPTIONS_MAX = 48 }; /* rows of the table, at most */

const struct option_spec *option_table(size_t *count);

/* Room for the name of any option's variable. */
#define VARIABLE_SIZE 64

/* Writes the name of an option's variable, such as "HOB_TIME_SCALE". */
void option_variable(const struct option_spec *spec, char name[static VARIABLE_SIZE]);

/* Where the value of an option comes from. A greater source wins over a smaller one. */
enum option_source {
    FROM_DEFAULT,
    FROM_ENVIRONMENT,
    FROM_FLAG,
    NOT_USED, /* another option replaces it */
};

struct setting {
    char *text; /* the value as it was given, malloc()'s; NULL until it is known */
    enum option_source source;
};

/* While options are parsed. */
struct parsing {
    struct options *options;
    struct setting *settings;        /* one for each option, in the order of the table */
    char source[VARIABLE_SIZE + 32]; /* of the value that is read at the moment, for messages */
    bool print_config;
};

/* Copies `length` bytes of text, or fails. */
char *option_copy(const char *text, size_t length);

/* Moves *text behind the next value of a list with commas. Returns false behind the last one. */
bool option_next_value(const char **text, const char **value, size_t *length);

/* Adds values of --upstream: see option_upstream.c. */
option_apply apply_upstream;

/* Checks the value of --port, and of PORT in the environment. `spec` may be NULL. */
option_apply apply_port;

/*
 * For option_tls.c: takes the schemes off the addresses, and checks that the options of https go
 * together.
 */
void options_combine_tls(struct options *options);

/* The text behind "http://" or "https://", or all of it. */
const char *options_skip_scheme(const char *address);

/* Options that are commands. */
option_apply apply_help;
option_apply apply_version;
option_apply apply_print_config;

/* Print to standard output: the second one all settings, in the order of the table. */
void option_print_help(void);
void option_print_config(const struct setting *settings);

/* The largest number that an option for seconds or a factor takes. */
#define NUMBER_MAX 1000000

#endif
