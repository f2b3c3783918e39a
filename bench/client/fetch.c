#include "fetch.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

double resident_kib(void)
{
    long size, resident = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    if (statm && fscanf(statm, "%ld %ld", &size, &resident) != 2) /* NOLINT(cert-err34-c) */
        resident = 0;
    if (statm)
        fclose(statm);
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1024;
}

double settled_kib(void (*pass)(void *arg, double seconds), void *arg)
{
    enum { SECONDS = 60, STEADY_SECONDS = 5 };
    double now = resident_kib();
    int steady = 0;
    for (int second = 0; second < SECONDS && steady < STEADY_SECONDS; second++) {
        double before = now;
        pass(arg, 1);
        now = resident_kib();
        steady = fabs(now - before) < before / 1000 ? steady + 1 : 0;
    }
    return now;
}

void print_requests(uint64_t count, double wall, double cpu)
{
    printf("requests %.0f 1/s\n", (double)count / wall);
    printf("processor %.2f us\n", cpu * 1e6 / (double)count);
}

void print_waiting(size_t count, double kib)
{
    printf("waiting %.2f KiB\n", kib / (double)count);
}
