#include "bench/http/usage.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/measure.h"

static FILE *open_proc(const char *pid, const char *name)
{
    char path[300];
    snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
    return fopen(path, "re");
}

/* Returns the processor time of a thread in nanoseconds; 0 if it has just ended. */
static double time_of_thread(const char *pid, const char *thread)
{
    char name[280];
    char text[128] = "";
    snprintf(name, sizeof(name), "task/%s/schedstat", thread);
    FILE *file = open_proc(pid, name);
    if (file) {
        if (!fgets(text, sizeof(text), file))
            text[0] = '\0';
        fclose(file);
    }
    return strtod(text, NULL);
}

static double time_of_threads(const char *pid)
{
    char path[64];
    double sum = 0;
    snprintf(path, sizeof(path), "/proc/%s/task", pid);
    DIR *threads = opendir(path);
    if (!threads)
        give_up("the server is gone");
    for (const struct dirent *entry; (entry = readdir(threads));) {
        if (entry->d_name[0] != '.')
            sum += time_of_thread(pid, entry->d_name);
    }
    closedir(threads);
    return sum / 1e9;
}

/* utime and stime are the 14th and 15th word; the 2nd, in parentheses, may contain spaces. */
static void read_ticks(const char *pid, struct usage *usage)
{
    char text[1024];
    FILE *file = open_proc(pid, "stat");
    if (!file || !fgets(text, sizeof(text), file))
        give_up("the server is gone");
    fclose(file);
    char *place = strrchr(text, ')');
    for (int word = 2; place && word < 14; word++)
        place = strchr(place + 1, ' ');
    if (!place)
        give_up("/proc/PID/stat is not as expected");
    usage->user = strtod(place, &place);
    usage->ticks = usage->user + strtod(place, NULL);
}

struct usage usage_of(const char *pid)
{
    struct usage usage = {.cpu = time_of_threads(pid)};
    read_ticks(pid, &usage);
    usage.wall = wall_now();
    return usage;
}

void usage_print(
    const char *name, const struct usage *before, const struct usage *after, size_t count)
{
    double seconds = after->cpu - before->cpu;
    double ticks = after->ticks - before->ticks;
    double user = ticks > 0 ? (after->user - before->user) / ticks : 0;
    double each = seconds / (double)count * 1e6;
    print_figure(name, "cpu", each, "us");
    print_figure(name, "user", each * user, "us");
    print_figure(name, "system", each * (1 - user), "us");
    print_figure(name, "busy", 100 * seconds / (after->wall - before->wall), "%");
}

double resident(const char *pid)
{
    char line[256];
    double kib = -1;
    FILE *file = open_proc(pid, "smaps_rollup");
    while (file && kib < 0 && fgets(line, sizeof(line), file)) {
        if (strncmp(line, "Rss:", 4) == 0)
            kib = strtod(line + 4, NULL);
    }
    if (kib < 0)
        give_up("cannot read /proc/PID/smaps_rollup of the server");
    fclose(file);
    return kib;
}

void print_figure(const char *name, const char *figure, double value, const char *unit)
{
    char full[64];
    snprintf(full, sizeof(full), "%s-%s", name, figure);
    print_value(full, value, unit);
}
