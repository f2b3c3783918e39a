#!/usr/bin/env bash
# Surprise: sqlite3_interrupt() does not end a statement that waits for another connection's lock.
#
# Guess:    a statement that sleeps in the handler of sqlite3_busy_timeout() ends within
#           milliseconds of sqlite3_interrupt(), with SQLITE_INTERRUPT, as one that computes does.
# Package:  libsqlite3-0, libsqlite3-dev 3.40.1-2+deb12u2 (Debian 12)
# Seen:     it sleeps on until the busy time-out is over, and returns SQLITE_BUSY (5). A thread that
#           waits for a lock cannot be freed early; a program that must be able to has to set a busy
#           handler of its own which looks at a flag.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
debian libsqlite3-0=3.40.1-2+deb12u2 libsqlite3-dev=3.40.1-2+deb12u2

cat >wait.c <<'END'
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static void *interrupt_soon(void *connection)
{
    usleep(200 * 1000);
    sqlite3_interrupt(connection);
    return NULL;
}

static void run(sqlite3 *connection, const char *sql)
{
    struct timespec begin, end;
    pthread_t thread;
    pthread_create(&thread, NULL, interrupt_soon, connection);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    int result = sqlite3_exec(connection, sql, NULL, NULL, NULL);
    clock_gettime(CLOCK_MONOTONIC, &end);
    pthread_join(thread, NULL);
    double seconds = end.tv_sec - begin.tv_sec + (end.tv_nsec - begin.tv_nsec) / 1e9;
    printf("result %d after %s than 1.9 s\n", result, seconds < 1.9 ? "less" : "more");
}

int main(int count, char **arguments)
{
    sqlite3 *writer, *other;
    sqlite3_open("file", &writer);
    sqlite3_open("file", &other);
    sqlite3_busy_timeout(other, 2000);
    sqlite3_exec(writer, "CREATE TABLE t(x)", NULL, NULL, NULL);
    if (count == 2)
        sqlite3_exec(writer, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    run(other, count == 2 ? arguments[1]
        : "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000000)"
          " SELECT max(i) FROM n");
}
END
library=$(echo root/usr/lib/*-linux-gnu)
cc -w -o wait wait.c -Iroot/usr/include -L"$library" -lsqlite3 -lpthread -Wl,-rpath,"$PWD/$library"
expect "a statement that computes" "$(./wait)" "result 9 after less than 1.9 s"
expect "a statement that waits for a lock" "$(rm -f file*; ./wait 'INSERT INTO t VALUES (1)')" \
  "result 5 after more than 1.9 s"
