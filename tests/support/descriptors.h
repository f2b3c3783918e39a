/*
 * The open descriptors and the threads of this process.
 */
#ifndef HOB_TESTS_SUPPORT_DESCRIPTORS_H
#define HOB_TESTS_SUPPORT_DESCRIPTORS_H

#include <dirent.h>
#include <stddef.h>

/* For comparison with another count: it is a few too many, such as the folder it looks into. */
static inline size_t count_entries(const char *path)
{
    size_t count = 0;
    DIR *folder = opendir(path);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static inline size_t count_descriptors(void)
{
    return count_entries("/proc/self/fd");
}

/* Criterion has threads of its own. */
static inline size_t count_threads(void)
{
    return count_entries("/proc/self/task");
}

#endif
