/*
 * The man page, the completions and a part of docs/options.md, made from the table of options. All
 * functions write to standard output.
 */
#ifndef HOB_PACKAGING_PAGES_H
#define HOB_PACKAGING_PAGES_H

#include <stdbool.h>
#include <stdio.h>

#include "program/option_table.h"

/* Completions: see bash(1) "Programmable Completion", zshcompsys(1) and fish's complete(1). */
void write_bash(void);
void write_zsh(void);
void write_fish(void);

/* A table for docs/options.md. */
void write_markdown(void);

/* The man page: copies `source`, and writes the options in place of its line @OPTIONS@. */
void write_man(FILE *source);

/* The subcommand, and its description in the completions. */
#define COMMAND      "healthcheck"
#define COMMAND_HELP "ask the server at that address for its health"

/* Whether the value of an option is the name of a file. */
bool takes_file(const struct option_spec *spec);

#endif
