/* What is made from the table of options for others to read, each to standard output. */
#ifndef HOB_PACKAGING_PAGES_H
#define HOB_PACKAGING_PAGES_H

#include <stdbool.h>
#include <stdio.h>

#include "program/option_table.h"

/* Completions: see bash(1) "Programmable Completion", zshcompsys(1) and fish's complete(1). */
void write_bash(void);
void write_zsh(void);
void write_fish(void);

/* The man page: copies what is written by hand, and puts the options in at the line @OPTIONS@. */
void write_man(FILE *source);

/* The subcommand, and what completions say of it. */
#define COMMAND      "healthcheck"
#define COMMAND_HELP "ask the server that listens there how it is"

/* Whether a shell can complete the value of an option by the names of files. */
bool takes_file(const struct spec *spec);

#endif
