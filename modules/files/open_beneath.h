/* Opens what a client names, and nothing outside of one folder. */
#ifndef HOB_MODULES_FILES_OPEN_BENEATH_H
#define HOB_MODULES_FILES_OPEN_BENEATH_H

/*
 * Opens the file or folder at a path below a folder, to be read. The folder is a descriptor; the
 * path "" is the folder itself. May block, but not for a writer of a FIFO. No name in the path may
 * be empty or begin with a dot; it may end with one slash, if it is that of a folder. Symbolic
 * links are not followed.
 *
 * Returns a descriptor, -ENOENT if there is no such file or the path breaks these rules, or another
 * negative errno of open(2).
 */
int open_beneath(int folder, const char *path);

#endif
