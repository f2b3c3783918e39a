/*
 * What the kernel says about this process's memory.
 */
#ifndef HOB_TESTS_SUPPORT_MEMORY_H
#define HOB_TESTS_SUPPORT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static inline size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static inline bool is_mapped(const void *address)
{
    unsigned char resident;
    uintptr_t page = (uintptr_t)address & ~(uintptr_t)(page_size() - 1);
    return mincore((void *)page, page_size(), &resident) == 0;
}

/* How many of the pages of [start, start + size), which must be mapped, cost memory. */
static inline size_t resident_pages(char *start, size_t size)
{
    size_t count = 0;
    for (size_t offset = 0; offset < size; offset += page_size()) {
        unsigned char resident = 0;
        if (mincore(start + offset, page_size(), &resident) == 0)
            count += resident & 1;
    }
    return count;
}

/* From now on no more than so many bytes can be mapped. */
static inline void limit_address_space(size_t more)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file) {
        if (fscanf(file, "%lu", &pages) != 1)
            pages = 0;
        fclose(file);
    }
    struct rlimit limit;
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = pages * page_size() + more;
    setrlimit(RLIMIT_AS, &limit);
}

static inline void unlimit_address_space(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_AS, &limit);
}

#endif
