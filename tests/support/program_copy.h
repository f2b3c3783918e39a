/*
 * A copy of hob in the test's folder: a program that can be replaced while it runs.
 */
#ifndef HOB_TESTS_SUPPORT_PROGRAM_COPY_H
#define HOB_TESTS_SUPPORT_PROGRAM_COPY_H

#include "tests/support/server_process.h"

/* Makes it. Returns its path. */
const char *program_copy_make(void);

/* Makes it, and starts it as a server on a free port with these arguments. */
#define program_copy_start(...)                                                                    \
    server_wait(start_command(program_copy_make(), "--port", "0", ##__VA_ARGS__))

/* From now on a shell runs this instead. */
void program_copy_replace(const char *script);

#endif
