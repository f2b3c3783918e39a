/*
 * The open descriptors of this process.
 */
#ifndef HOB_TESTS_SUPPORT_DESCRIPTORS_H
#define HOB_TESTS_SUPPORT_DESCRIPTORS_H

#include <dirent.h>
#include <stddef.h>

/* For comparison with another count: it is a few too many, such as the folder it looks into. */
static inline size_t count_descriptors(void)
{
    size_t count = 0;
    DIR *open_ones = opendir("/proc/self/fd");
    while (readdir(open_ones))
        count++;
    closedir(open_ones);
    return count;
}

#endif
