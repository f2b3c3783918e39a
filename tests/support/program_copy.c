#include "tests/support/program_copy.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/folder.h"
#include "tests/support/formatted.h"
#include "tests/support/process.h"

const char *program_copy_make(void)
{
    const char *path = folder_path("hob");
    const char *const copy[] = {"/bin/cp", HOB_BINARY, path, NULL};
    cr_assert_eq(process_result(process_start(copy)), 0);
    return path;
}

void program_copy_replace(const char *script)
{
    const char *text = formatted("#!/bin/sh\n%s\n", script);
    unlink(folder_path("hob")); /* a program that runs cannot be written to */
    int fd = open(folder_path("hob"), O_CREAT | O_WRONLY | O_CLOEXEC, 0700);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}
