/*
 * Servers that others have written, as processes of a test. They listen on unix sockets in the
 * test's folder, which have their names; Apache, which cannot, listens on a port. Each function
 * returns when the server accepts clients. Tests are skipped without the program.
 */
#ifndef HOB_TESTS_SUPPORT_REAL_SERVERS_H
#define HOB_TESTS_SUPPORT_REAL_SERVERS_H

#include <stddef.h>

#include "tests/support/listening.h"
#include "tests/support/process.h"

#define LARGE_SIZE ((size_t)3 * 1024 * 1024)

/* Skips the test if there is no such program. */
void skip_without(const char *program);

/*
 * The files hello.txt and large, which has LARGE_SIZE bytes, in the test's folder; for nginx and
 * Apache, which serve the folder.
 */
void add_served_files(void);

/*
 * These serve files. /moved redirects to /hello.txt, and /small takes bodies of up to 1,000 bytes.
 * nginx replies to /empty without content.
 */
void start_nginx(void);
void start_apache(struct listening *listening);

/* clients/upstream.mjs. */
void start_node(void);

/*
 * These pass requests on: nginx to a URL, with more directives, and HAProxy to an address as its
 * configuration has it, with options behind it: "127.0.0.1:8443 ssl alpn h2".
 */
void start_nginx_before(const char *url, const char *directives);
struct process *start_haproxy_before(const char *address);

/*
 * These pass bytes on and send the header of the PROXY protocol before them. They listen at a port
 * of 127.0.0.1, which is written to *front.
 */
struct process *
start_haproxy_tcp_before(const char *address, const char *bind, struct listening *front);
void start_nginx_stream_before(const char *address, struct listening *front);

/* Starts any program, which listens at this socket then. */
struct process *start_at_socket(const char *const *argv, const char *socket);

#endif
