/*
 * A folder for the files of one test. It is made when it is first used, and removed with all that
 * is in it when the process of the test ends. Paths are below it.
 */
#ifndef HOB_TESTS_SUPPORT_FOLDER_H
#define HOB_TESTS_SUPPORT_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* The path of something in it, or of the folder itself for "". Valid until the test ends. */
const char *folder_path(const char *path);

/* The address of the unix socket "sock" in it, as hob_listen() takes it. */
const char *folder_socket(void);

/* Whether there is nothing in it. */
bool folder_is_empty(void);

/* Makes a folder in it. */
void folder_add_folder(const char *path);

/* Makes a file, last changed at FOLDER_TIME. */
void folder_add(const char *path, const void *content, size_t size);
void folder_add_text(const char *path, const char *text);

/* Makes a symbolic link to what `target` says. */
void folder_add_link(const char *path, const char *target);

/* Sun, 06 Nov 1994 08:49:37 GMT */
#define FOLDER_TIME 784111777

/*
 * From now on openat2(2) fails with this errno in this process and those that it makes, as on an
 * old kernel or in a container that does not know the call.
 */
void forbid_openat2(int err);

#endif
