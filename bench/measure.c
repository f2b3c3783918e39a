#include "bench/measure.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static bool is_named(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], name) == 0)
            return true;
    }
    return false;
}

int measure_main(int argc, char **argv, const struct measure *measures, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (argc == 1 || is_named(measures[i].name, argc, argv))
            measures[i].run();
    }
    return EXIT_SUCCESS;
}

void give_up(const char *why)
{
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, why);
    exit(EXIT_FAILURE);
}

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

double cpu_now(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

double wall_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

size_t memory_now(void)
{
    FILE *status = fopen("/proc/self/status", "re");
    if (!status)
        give_up("cannot read /proc/self/status");
    char line[256];
    size_t total = 0;
    while (fgets(line, sizeof(line), status)) {
        if (strncmp(line, "VmRSS:", 6) == 0 || strncmp(line, "VmPTE:", 6) == 0)
            total += strtoul(line + 6, NULL, 10) * 1024;
    }
    fclose(status);
    return total;
}

void print_value(const char *name, double value, const char *unit)
{
    printf("%s %.9g %s\n", name, value, unit);
    fflush(stdout);
}

void print_each(const char *name, double seconds, size_t count)
{
    print_value(name, seconds / (double)count * 1e9, "ns");
}

/* Marsaglia's xorshift, which is short enough to be repeated in Go. */
uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

double next_nap(uint32_t *state)
{
    return (double)(1000 + next_random(state) % 79000) / 1e6;
}
