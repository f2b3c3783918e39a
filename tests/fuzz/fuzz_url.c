/*
 * Fuzzes the parser of URLs and the resolution of references, which redirects send: the input is a
 * base, a NUL and a reference. A URL that results is normal: resolved once more, it stays the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "client/url.h"
#include "hob/text.h"
#include "tests/fuzz/check.h"

/* Room for any URL of this input, with each of its bytes percent-encoded. */
static size_t room_for(size_t size)
{
    return 3 * size + sizeof("https://");
}

static void check_parts(const char *text, const struct url *url)
{
    const char *end = text + strlen(text);
    CHECK(url->host == url->authority && url->host_length > 0);
    CHECK(url->host_length <= url->authority_length);
    CHECK(url->authority + url->authority_length == url->target);
    CHECK(url->path_length <= url->target_length && url->target + url->target_length <= end);
    CHECK(url->port > 0 && url->port <= 65535);
    CHECK(url->target_length == 0 || *url->target == '/' || *url->target == '?');
}

/* `reference` names the URL itself. */
static void check_stays(const char *text, const struct url *url, const char *reference)
{
    size_t size = strlen(text) + 1;
    char *again = allocate_exactly(size);
    CHECK(url_resolve(url, reference, again, size));
    CHECK(hob_text_equals_any_case(text, again)); /* the case of the scheme may differ */
    free(again);
}

static void check_resolved(const char *text)
{
    struct url url;
    if (url_parse(text, &url))
        return;
    check_parts(text, &url);
    CHECK(!strchr(text, '#'));
    check_stays(text, &url, text);
    check_stays(text, &url, "");
}

/* ".." may remove what has not fitted, so there may be too little room for a result that would fit.
 */
static void check_room(const struct url *base, const char *reference, size_t room, size_t needed)
{
    char *out = allocate_exactly(room);
    bool fits = url_resolve(base, reference, out, room);
    CHECK(strlen(out) < room && (!fits || needed <= room));
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct url base;
    char *text = allocate_exactly(size + 2);
    memcpy(text, data, size);
    memset(text + size, '\0', 2); /* ends the base, and a reference behind it */
    if (!url_parse(text, &base)) {
        const char *reference = text + strlen(text) + 1;
        size_t room = room_for(size);
        char *resolved = allocate_exactly(room);
        check_parts(text, &base);
        CHECK(url_resolve(&base, reference, resolved, room));
        check_resolved(resolved);
        check_room(&base, reference, strlen(resolved) + 1, strlen(resolved) + 1);
        check_room(&base, reference, 1 + strlen(resolved) / 2, strlen(resolved) + 1);
        free(resolved);
    }
    free(text);
    return 0;
}
