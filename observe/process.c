#include <dirent.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "exposition.h"

static double seconds_of(clockid_t clock)
{
    struct timespec time;
    return clock_gettime(clock, &time) < 0 ? NAN : (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool read_line(const char *path, char *line, int size)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    bool read = fgets(line, size, file) != NULL;
    fclose(file);
    return read;
}

static void expose_memory(hob_exposition *out)
{
    static const hob_metric virtual = {
        .name = "process_virtual_memory_bytes",
        .type = HOB_METRIC_GAUGE,
        .unit = "bytes",
        .help = "Virtual memory size in bytes."};
    static const hob_metric resident = {
        .name = "process_resident_memory_bytes",
        .type = HOB_METRIC_GAUGE,
        .unit = "bytes",
        .help = "Resident memory size in bytes."};
    char line[200];
    char *rest;
    double page = (double)sysconf(_SC_PAGESIZE);
    if (!read_line("/proc/self/statm", line, sizeof(line)))
        return;
    hob_metrics_put(out, &virtual, (double)strtoull(line, &rest, 10) * page);
    hob_metrics_put(out, &resident, (double)strtoull(rest, NULL, 10) * page);
}

/* The size of the folder is their number since Linux 6.2; in older ones this counts them. */
static size_t open_descriptors(void)
{
    static const char folder[] = "/proc/self/fd";
    struct stat status;
    size_t count = 0;
    if (stat(folder, &status) == 0 && status.st_size > 0)
        return (size_t)status.st_size;
    DIR *entries = opendir(folder);
    while (entries && readdir(entries))
        count++;
    if (entries)
        closedir(entries);
    return count > 3 ? count - 3 : 0; /* ".", "..", and the descriptor of the folder */
}

static void expose_descriptors(hob_exposition *out)
{
    static const hob_metric open = {
        .name = "process_open_fds",
        .type = HOB_METRIC_GAUGE,
        .help = "Number of open file descriptors."};
    static const hob_metric most = {
        .name = "process_max_fds",
        .type = HOB_METRIC_GAUGE,
        .help = "Maximum number of open file descriptors."};
    struct rlimit limit;
    size_t count = open_descriptors();
    if (count > 0)
        hob_metrics_put(out, &open, (double)count);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        hob_metrics_put(
            out, &most, limit.rlim_cur == RLIM_INFINITY ? INFINITY : (double)limit.rlim_cur);
}

double process_start_time(void)
{
    enum { START_TIME = 22, COMMAND = 2 }; /* fields of /proc/self/stat: see proc(5) */
    char line[1000];
    if (!read_line("/proc/self/stat", line, sizeof(line)))
        return NAN;
    const char *field = strrchr(line, ')'); /* the command may contain spaces and brackets */
    for (int i = COMMAND; field && i < START_TIME; i++)
        field = strchr(field + 1, ' ');
    if (!field)
        return NAN;
    double since_boot = (double)strtoull(field, NULL, 10) / (double)sysconf(_SC_CLK_TCK);
    return seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_BOOTTIME) + since_boot;
}

void exposition_add_process(hob_exposition *self, double start_time)
{
    static const hob_metric cpu = {
        .name = "process_cpu_seconds",
        .type = HOB_METRIC_COUNTER,
        .unit = "seconds",
        .help = "Total user and system CPU time spent in seconds."};
    static const hob_metric start = {
        .name = "process_start_time_seconds",
        .type = HOB_METRIC_GAUGE,
        .unit = "seconds",
        .help = "Start time of the process since unix epoch in seconds."};
    hob_metrics_put(self, &cpu, seconds_of(CLOCK_PROCESS_CPUTIME_ID));
    expose_memory(self);
    expose_descriptors(self);
    if (!isnan(start_time))
        hob_metrics_put(self, &start, start_time);
}
