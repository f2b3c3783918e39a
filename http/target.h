/*
 * The target of a request. Equivalent paths become the same string: a rule about a path cannot be
 * evaded by another spelling of it.
 */
#ifndef HOB_HTTP_TARGET_H
#define HOB_HTTP_TARGET_H

#include <stdbool.h>

#include "head.h"

/* The same as hob_normalise_path() of hob/http.h, but returns the broken rule, or NULL. */
const char *target_normalise(char *path);

/*
 * Splits the target, which is the only string of the head so far, into authority, path and query,
 * and normalises the path. If that changes the path, it is also kept as it came: there must be room
 * for as many bytes again. Only an OPTIONS request may have the target "*". Returns the rule that
 * was broken, or NULL.
 */
const char *target_split(struct head *head, bool is_options);

#endif
