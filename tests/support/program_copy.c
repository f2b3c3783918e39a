#include "tests/support/program_copy.h"
#include "tests/support/criterion.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[32];
static char path[64];

const char *program_copy_make(void)
{
    char command[512];
    snprintf(folder, sizeof(folder), "/tmp/hob-copy-XXXXXX");
    cr_assert_not_null(mkdtemp(folder), "%m");
    snprintf(path, sizeof(path), "%s/hob", folder);
    snprintf(command, sizeof(command), "cp '%s' '%s'", HOB_BINARY, path);
    cr_assert_eq(system(command), 0); /* NOLINT(cert-env33-c) */
    return path;
}

void program_copy_replace(const char *script)
{
    char text[512];
    snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", script);
    unlink(path); /* a program that runs cannot be written to */
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0700);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

void program_copy_remove(void)
{
    unlink(path);
    rmdir(folder);
}
