/*
 * A small name server (RFC 1035) on a free port of 127.0.0.1, UDP and TCP, in a thread of its own.
 */
#ifndef HOB_TESTS_SUPPORT_NAME_SERVER_H
#define HOB_TESTS_SUPPORT_NAME_SERVER_H

#include <pthread.h>
#include <stddef.h>

/* Its treatment of a question for a record. */
enum treatment {
    ANSWERED,
    UNANSWERED, /* there is no answer at all */
    FAILED,     /* SERVFAIL */
    TRUNCATED,  /* by UDP the answer says that it is too long; TCP has it */
};

/* A name without a record does not exist (NXDOMAIN). */
struct record {
    const char *name;
    const char *address; /* IPv4 or IPv6; NULL with a name that has no address of that type */
    unsigned ttl;
    enum treatment treatment;
    int type; /* 'A' or '6' if there is no address; 0 with any type */
};

struct name_server {
    const struct record *records; /* the last has no name */
    int udp;
    int tcp;
    int end[2]; /* a pipe: closed to end the thread */
    pthread_t thread;
    pthread_mutex_t mutex; /* of the questions */
    char questions[4000];  /* "A name;AAAA name;..." */
    char address[32];      /* "127.0.0.1:PORT" */
};

void name_server_start(struct name_server *self, const struct record *records);
void name_server_stop(struct name_server *self);

/* How many questions there were about this name, of any type and by UDP or TCP. */
size_t name_server_count(struct name_server *self, const char *name);

#endif
