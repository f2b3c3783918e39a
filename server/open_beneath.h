/* Opening what a stranger names, and nothing outside of one folder. */
#ifndef HOB_SERVER_OPEN_BENEATH_H
#define HOB_SERVER_OPEN_BENEATH_H

/*
 * Opens, to be read, the file or folder that lies at the path below a folder, which a descriptor
 * stands for; "" is the folder itself. May block, but not for a writer of a FIFO. No name in the
 * path may be empty or begin with a dot; one slash may end it, if it is that of a folder. Symbolic
 * links are not followed, wherever they lead.
 *
 * Returns a descriptor, -ENOENT if there is no such thing or the path breaks these rules, or
 * another negative errno of open(2).
 */
int open_beneath(int folder, const char *path);

#endif
