/*
 * Lines from several threads, while the file is opened again and again, for ThreadSanitizer. Each
 * line is written once and whole, or counted as lost. Exits with 1 if anything is wrong, and says
 * what.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hob/log.h"
#include "observe/line_writer.h"

#define THREADS  4
#define LINES    20000 /* of each thread */
#define REOPENS  100
#define CAPACITY ((size_t)16 * 1024) /* so little that some are lost */
#define LINE     "a line of some length, so that there are not too many in memory\n"

static struct line_writer *writer;

static void *put_lines(void *unused)
{
    for (int i = 0; i < LINES; i++) {
        line_writer_put(writer, LINE, strlen(LINE));
        if (i % 1000 == 0)
            usleep(1000); /* so that some are written, too */
    }
    return unused;
}

/* Returns how many lines are in the file; 0 if one is not as it should be. */
static uint64_t count_lines(const char *path)
{
    char line[2 * sizeof(LINE)];
    uint64_t count = 0;
    bool good = true;
    FILE *file = fopen(path, "r");
    for (; file && fgets(line, sizeof(line), file); count++)
        good = good && strcmp(line, LINE) == 0;
    if (file)
        fclose(file);
    return good ? count : 0;
}

static bool check(const char *path)
{
    pthread_t threads[THREADS];
    bool good = true;
    for (size_t i = 0; i < THREADS; i++)
        good = pthread_create(&threads[i], NULL, put_lines, NULL) == 0 && good;
    for (int i = 0; i < REOPENS; i++) {
        line_writer_reopen(writer);
        usleep(500);
    }
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    uint64_t lost = line_writer_lost(writer);
    line_writer_close(writer, 60);
    uint64_t written = count_lines(path);
    printf("%" PRIu64 " lines written, %" PRIu64 " lost\n", written, lost);
    return good && written > 0 && written + lost == (uint64_t)THREADS * LINES;
}

int main(void)
{
    char path[] = "/tmp/hob-race-XXXXXX";
    int fd = mkstemp(path);
    hob_log_set_level(HOB_LOG_ERROR);
    bool good = fd >= 0 && line_writer_open("race", path, CAPACITY, &writer) == 0 && check(path);
    if (!good)
        fputs("race_line_writer: lines are missing, or are there twice\n", stderr);
    if (fd >= 0)
        close(fd);
    unlink(path);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
