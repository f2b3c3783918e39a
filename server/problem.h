/*
 * Problem details: errors in JSON (RFC 9457), for clients that prefer it to text. content/problem.c
 * has the functions.
 */
#ifndef HOB_SERVER_PROBLEM_H
#define HOB_SERVER_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>

#include "http/head.h"

/*
 * Returns whether the client of a request prefers JSON to text, by its Accept (RFC 9110 section
 * 12.5.1): application/problem+json or application/json to text/plain and text/html.
 */
bool problem_is_preferred(const struct head *head);

/*
 * Writes the problem details of a status: its reason phrase, and the detail unless that is NULL.
 * A detail that does not fit `size`, which is at least 100 bytes, is cut. Returns the length.
 */
size_t problem_format(char *text, size_t size, int status, const char *detail);

#endif
