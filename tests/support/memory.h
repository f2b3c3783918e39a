/*
 * The memory of this process, as the kernel reports it.
 */
#ifndef HOB_TESTS_SUPPORT_MEMORY_H
#define HOB_TESTS_SUPPORT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* Zeros until the process ends. LeakSanitizer does not search them, as it does static arrays. */
static inline char *zero_pages(size_t size)
{
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        abort();
    return pages;
}

static inline size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* The first number in a file of the kernel's, or 0. */
static inline size_t number_in(const char *path)
{
    char text[64] = "";
    FILE *file = fopen(path, "r");
    if (file) {
        if (!fgets(text, sizeof(text), file))
            text[0] = '\0';
        fclose(file);
    }
    return strtoul(text, NULL, 10);
}

static inline bool is_mapped(char *address)
{
    unsigned char resident;
    char *page = address - (uintptr_t)address % page_size();
    return mincore(page, page_size(), &resident) == 0;
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

/* How much address space this process uses. */
static inline size_t mapped_bytes(void)
{
    return number_in("/proc/self/statm") * page_size();
}

/* From now on no more than so many bytes can be mapped. */
static inline void limit_address_space(size_t more)
{
    struct rlimit limit;
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = mapped_bytes() + more;
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
