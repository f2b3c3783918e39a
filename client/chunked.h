/*
 * A chunked body (RFC 9112 section 7.1): reads its bytes, in pieces of any size, and returns its
 * content. Wraps llhttp.
 */
#ifndef HOB_CLIENT_CHUNKED_H
#define HOB_CLIENT_CHUNKED_H

#include <llhttp.h>
#include <stdbool.h>
#include <stddef.h>

#include "http/chunk_rules.h"

enum chunked_state { CHUNKED_BODY, CHUNKED_DONE, CHUNKED_FAILED };

struct chunked {
    llhttp_t http;
    enum chunked_state state;
    const char *reason;    /* when failed: the rule that was broken, or the limit */
    bool over_limit;       /* when failed: it was the limit */
    char *content;         /* the output for the content, which may be the input */
    size_t content_length; /* how much content this feed has written */
    struct chunk_rules rules;
};

/* `framing` is the limit of that name in struct parser_limits. NULL drops trailers. */
void chunked_init(struct chunked *self, size_t framing, struct trailers *trailers);

/*
 * Reads up to `size` bytes and returns how many it took. Writes at most as many bytes to
 * `content` as it has read so far, so that both may be the same memory. It stops at the
 * end of the body.
 */
size_t chunked_feed(struct chunked *self, const char *data, size_t size, char *content);

#endif
