/* Queries and forms: "name=value&name=value" (https://url.spec.whatwg.org/#urlencoded-parsing). */
#ifndef HOB_CONTENT_PAIRS_H
#define HOB_CONTENT_PAIRS_H

#include <stdbool.h>

/* A name or a value, still encoded. */
struct encoded {
    const char *at;
    const char *end;
};

/* Takes the next pair off the rest. Returns false if there is none. */
bool pairs_next(const char **rest, struct encoded *name, struct encoded *value);

/* Finds the first pair of this name. A NULL text has no pairs. */
bool pairs_find(const char *pairs, const char *name, struct encoded *value);

/* Decodes a name or a value to `to`, which has memory for it and a NUL. Returns `to`. */
char *pairs_decode(struct encoded text, char *to);

#endif
