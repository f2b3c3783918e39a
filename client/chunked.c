#include "chunked.h"

#include <errno.h>
#include <string.h>

static struct chunked *chunked_of(llhttp_t *http)
{
    return http->data;
}

static int fail(struct chunked *self, const char *reason)
{
    self->state = CHUNKED_FAILED;
    self->reason = reason;
    return -1; /* stops llhttp */
}

/* Fails unless the broken rule is NULL. */
static int check(struct chunked *self, const char *broken_rule)
{
    return broken_rule ? fail(self, broken_rule) : 0;
}

static int on_chunk_header(llhttp_t *http)
{
    struct chunked *self = chunked_of(http);
    return check(self, chunk_rules_begin(&self->rules, http->content_length));
}

static int on_extension_value(llhttp_t *http, const char *at, size_t length)
{
    struct chunked *self = chunked_of(http);
    return check(self, chunk_rules_check_extension(&self->rules, at, length));
}

static int on_body(llhttp_t *http, const char *at, size_t length)
{
    struct chunked *self = chunked_of(http);
    memmove(self->content + self->content_length, at, length);
    self->content_length += length;
    return 0;
}

static int on_trailer_name(llhttp_t *http, const char *at, size_t length)
{
    return chunk_rules_add_trailer(&chunked_of(http)->rules, at, length);
}

static int on_trailer_name_complete(llhttp_t *http)
{
    struct chunked *self = chunked_of(http);
    return check(self, chunk_rules_end_trailer(&self->rules));
}

static int on_trailer_value(llhttp_t *http, const char *at, size_t length)
{
    return chunk_rules_add_value(&chunked_of(http)->rules, at, length);
}

static int on_trailer_value_complete(llhttp_t *http)
{
    struct chunked *self = chunked_of(http);
    int err = chunk_rules_end_value(&self->rules);
    self->over_limit = err == -EMSGSIZE;
    return check(
        self, err < 0 ? err == -ENOMEM ? "no memory for the trailers" : TRAILERS_TOO_LARGE : NULL);
}

static int on_complete(llhttp_t *http)
{
    chunked_of(http)->state = CHUNKED_DONE;
    return HPE_PAUSED; /* the next bytes belong to the next message */
}

static const llhttp_settings_t settings = {
    .on_header_field = on_trailer_name,
    .on_header_field_complete = on_trailer_name_complete,
    .on_header_value = on_trailer_value,
    .on_header_value_complete = on_trailer_value_complete,
    .on_chunk_header = on_chunk_header,
    .on_chunk_extension_value = on_extension_value,
    .on_body = on_body,
    .on_message_complete = on_complete,
};

/* Sets llhttp to the state behind the head of a chunked response, without a callback. */
void chunked_init(struct chunked *self, size_t framing, struct trailers *trailers)
{
    static const char head[] = "HTTP/1.1 200 OK\r\n\r\n";
    *self = (struct chunked){.rules = {.framing_left = framing, .trailers = trailers}};
    llhttp_init(&self->http, HTTP_RESPONSE, &settings);
    self->http.flags = F_CHUNKED; /* as Transfer-Encoding would set it */
    llhttp_execute(&self->http, head, sizeof(head) - 1);
}

/* Feeds llhttp once. Returns how many bytes it has read. */
static size_t execute(struct chunked *self, const char *data, size_t size)
{
    llhttp_errno_t err = llhttp_execute(&self->http, data, size);
    if (err == HPE_OK)
        return size;
    const char *end = self->rules.refused ? self->rules.refused : llhttp_get_error_pos(&self->http);
    if (err != HPE_PAUSED && self->state != CHUNKED_FAILED) /* else a callback gave the reason */
        fail(self, llhttp_get_error_reason(&self->http));
    return (size_t)(end - data);
}

size_t chunked_feed(struct chunked *self, const char *data, size_t size, char *content)
{
    size_t taken = 0;
    self->http.data = self; /* it may have moved */
    self->content = content;
    self->content_length = 0;
    while (taken < size && self->state == CHUNKED_BODY) {
        size_t before = self->content_length;
        size_t piece = chunk_rules_limit_piece(&self->rules, size - taken);
        piece = execute(self, data + taken, piece);
        taken += piece;
        piece -= self->content_length - before;
        if (chunk_rules_count(&self->rules, piece) && self->state == CHUNKED_BODY) {
            self->over_limit = true;
            fail(self, "too many bytes of chunk sizes, extensions and trailers");
        }
    }
    return taken;
}
