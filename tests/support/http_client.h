/*
 * Orders: requests made by libcurl, any number of them at the same time.
 *
 *     struct order *noodles = order(&server, "/noodles");
 *     struct order *fries = order(&server, "/french-fries");
 *     wait_for_orders();
 *
 * Each waiting order has a connection of its own; one that is done leaves its connection to the
 * next. Orders are freed when the test's process ends.
 */
#ifndef HOB_TESTS_SUPPORT_HTTP_CLIENT_H
#define HOB_TESTS_SUPPORT_HTTP_CLIENT_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "tests/support/server_process.h"

struct text {
    char bytes[2048]; /* ended by NUL; what is longer is cut */
    size_t length;    /* of all that came */
};

struct order {
    CURL *easy; /* for options of one's own between order_prepare() and order_begin() */
    bool done;
    CURLcode error;
    long status;      /* 0 if there was no answer */
    long connections; /* how many were opened for it */
    double seconds;   /* from its begin to its end */
    size_t rank;      /* once done: how many were done before it */
    struct text head; /* of the response */
    struct text body;
    struct order *next; /* the one made before it */
};

/* Begins an order. It makes progress while any order is waited for. */
struct order *order(const struct server *server, const char *path);

/* The same in two steps. */
struct order *order_prepare(const struct server *server, const char *path);
void order_begin(struct order *self);

/* Waits until it is done, well or not. */
void wait_for(struct order *self);
void wait_for_orders(void);

/* order_begin() and wait_for(). */
void order_complete(struct order *self);

/* order() and wait_for(). */
struct order *get(const struct server *server, const char *path);

/* The same with a header, such as "Accept: text/html". */
struct order *get_with(const struct server *server, const char *path, const char *header);

/* The same as get() with another method than GET, and without a body. */
struct order *request(const struct server *server, const char *method, const char *path);

/* Begins so many orders. The array is valid until the test ends. */
struct order **order_many(const struct server *server, const char *path, size_t count);

/* How many of them got status 200 and this text. */
size_t count_served(struct order *const *orders, size_t count, const char *text);

/*
 * How many descriptors the server has open. It asks for something first, so that the server has all
 * that it needs to serve; one is that of libcurl's connection, which stays open.
 */
size_t server_descriptors(const struct server *server);

/* Whether the response has a line like "Connection: close". */
bool order_has_field(const struct order *self, const char *line);

#endif
