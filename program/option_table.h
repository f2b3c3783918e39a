/*
 * The table of the options, and how they are read. All that knows the options is made from this
 * table: the command line, the environment, --help, --print-config, the man page and the shells'
 * completions. A new option is a row in options.c.
 */
#ifndef HOB_PROGRAM_OPTION_TABLE_H
#define HOB_PROGRAM_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"

struct parsing;
struct spec;

/* Reads the value of an option, or ends the program with a message about it. */
typedef void option_apply(struct parsing *self, const struct spec *spec, const char *value);

struct spec {
    const char *name;     /* without the dashes; its variable is HOB_NAME with underscores */
    const char *argument; /* what the help calls its value; NULL for a switch, which has none */
    const char *initial;  /* its default, as one would give it; NULL if it has none */
    const char *help;     /* a sentence, without its default */
    option_apply *apply;
    size_t offset;       /* of what it sets in struct options, where that is a single field */
    const char *choices; /* the words that can be its value, separated by spaces, if that is so */
    bool flag_only;      /* it asks for something rather than set it: no variable stands for it */
};

const struct spec *option_table(size_t *count);

/* Room for the name of any option's variable. */
#define VARIABLE_SIZE 64

/* Writes the name of an option's variable, such as "HOB_TIME_SCALE". */
void option_variable(const struct spec *spec, char *name);

/* What the value of an option comes from. A later one wins over those before it. */
enum option_source {
    BY_DEFAULT,
    BY_ENVIRONMENT,
    BY_FLAG,
    NOT_USED, /* another option says more */
};

struct setting {
    const char *text; /* the value as it was given; NULL until it is known */
    enum option_source source;
};

/* What the options say before it is known how they go together. */
struct parsing {
    struct options options;
    struct setting *settings;        /* one for each option, in the order of the table */
    char source[VARIABLE_SIZE + 32]; /* of the value that is being read, for messages */
    bool print_config;
};

/* The setting of the option of this name, which must be in the table. */
struct setting *option_setting(struct parsing *self, const char *name);

/* Reads a value for an option, and remembers where it comes from. */
void option_set(
    struct parsing *self, const struct spec *spec, const char *value, enum option_source source);

/* Reads the variables of those options that have no value yet. */
void options_from_environment(struct parsing *self);

/* Warns of each variable whose name begins like that of an option, but that is none. */
void options_check_environment(void);

/*
 * Kinds of values: what a row may say under `apply`. They set the field at the row's offset.
 */

option_apply apply_number;  /* a double of at least 0 */
option_apply apply_timeout; /* a double above 0: to wait for no time at all would serve nobody */
option_apply apply_limit;   /* a size_t of at least 1 */
option_apply apply_switch;  /* a bool: "true" or "1", "false" or "0" */
option_apply apply_log_level;
option_apply apply_access_log;
option_apply apply_access_log_file;
option_apply apply_workers; /* a size_t from 1 to WORKERS_MAX, or "auto" */

/* The largest number that the first two take. */
#define NUMBER_MAX 1000000

/* Takes one element of a list: `length` bytes of text. */
typedef void option_add(struct parsing *self, const char *text, size_t length);

/* Adds each element of a list with commas, which the environment cannot give one by one. */
void option_split(struct parsing *self, const char *list, option_add *add);

/* Writes the list of these words, for which there must be room, with their commas. */
void option_join(const char *const *words, size_t count, char *list);

/* Where to listen. */

option_apply apply_host;
option_apply apply_port;
option_apply apply_listen;
option_apply apply_admin;
option_apply apply_allow_host;

/*
 * Ends the program unless `length` bytes of text are an address that hob_address_parse() takes.
 * Copies it to `address`, which has room for ADDRESS_SIZE bytes.
 */
void option_address(const struct parsing *self, const char *text, size_t length, char *address);

/* Room for any address, and more. */
#define ADDRESS_SIZE 128

/*
 * Whichever of --listen, or --host with --port, was said in the stronger way: by a flag, or else in
 * the environment. If neither was, PORT in the environment counts.
 */
void decide_where_to_listen(struct parsing *self);

/* Has the setting of --allow-host name all hosts, however often it was given. */
void list_allowed_hosts(struct parsing *self);

/* Both to standard output. */
void options_print_help(void);
void options_print_config(const struct parsing *self);

#endif
