/* Bodies that are read as a whole. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fetched.h"
#include "http/syntax.h"

enum { FIRST_ROOM = 4096 }; /* bytes, for a body of unknown length */

/* Makes room for `room` bytes and one more: the NUL, or the first byte beyond the room. */
static int set_room(hob_bytes *body, size_t room)
{
    char *data = realloc(body->data, room + 1);
    if (!data)
        return -ENOMEM;
    body->data = data;
    return 0;
}

static int fail_large(hob_fetched *fetched, size_t limit)
{
    return fetched_fail(fetched, -EOVERFLOW, "the body is larger than %zu bytes", limit);
}

static bool is_size_known(const hob_fetched *fetched)
{
    return fetched->reader.framing == FRAMING_LENGTH && !fetched->decoding;
}

/* Reads until the end. Grows the room when a byte beyond it has come. */
static int read_all(hob_fetched *fetched, hob_bytes *body, size_t limit)
{
    uint64_t expected = is_size_known(fetched) ? fetched->reader.left : FIRST_ROOM;
    if (is_size_known(fetched) && expected > limit)
        return fail_large(fetched, limit);
    size_t room = expected < limit ? (size_t)expected : limit;
    int err = set_room(body, room);
    int length = 1;
    while (err == 0 && length > 0) {
        length = hob_fetched_read(fetched, body->data + body->size, room + 1 - body->size);
        if (length < 0)
            return length;
        body->size += (size_t)length;
        if (body->size > limit)
            return fail_large(fetched, limit);
        if (body->size > room) {
            room = room < limit / 2 ? 2 * room : limit;
            err = set_room(body, room);
        }
    }
    return err < 0 ? fetched_fail(fetched, err, "no memory for the body") : 0;
}

int hob_fetched_body(hob_fetched *fetched, hob_bytes *body)
{
    *body = (hob_bytes){0};
    int err = read_all(fetched, body, fetched->client->options.body_limit);
    if (err < 0)
        hob_bytes_free(body);
    else
        body->data[body->size] = '\0';
    return err;
}

static bool is_json(const char *type)
{
    size_t length = type ? strcspn(type, "; \t") : 0;
    if (type && element_is(type, length, "application/json"))
        return true;
    return length > 5 && letters_are(type + length - 5, "+json", 5);
}

static int read_success(hob_fetched *fetched, bool json, hob_bytes *body)
{
    int status = hob_fetched_status(fetched);
    const char *type = hob_fetched_header(fetched, "Content-Type");
    if (status / 100 != 2)
        return fetched_fail(fetched, -EPROTO, "the status is %d", status);
    if (json && !is_json(type))
        return fetched_fail(
            fetched, -EPROTO, "the content is not JSON but %s", type ? type : "of no type");
    return hob_fetched_body(fetched, body);
}

static int
fetch_whole(hob_client *client, const hob_fetch_request *request, bool json, hob_bytes *body)
{
    hob_fetched *fetched;
    *body = (hob_bytes){0};
    int err = hob_fetch_with(client, request, &fetched);
    if (err < 0)
        return err;
    err = read_success(fetched, json, body);
    hob_fetched_close(fetched);
    return err;
}

int hob_fetch_text(hob_client *client, const char *url, hob_bytes *text)
{
    return fetch_whole(client, &(hob_fetch_request){.url = url}, false, text);
}

int hob_fetch_json(hob_client *client, const char *url, hob_bytes *json)
{
    static const hob_header accept[] = {{"Accept", "application/json"}, {0}};
    return fetch_whole(client, &(hob_fetch_request){.url = url, .headers = accept}, true, json);
}
