#include "chunked.h"

#include <stdint.h>
#include <string.h>

#include "http/syntax.h"

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

static int on_chunk_header(llhttp_t *http)
{
    struct chunked *self = chunked_of(http);
    self->framing_allowed += CHUNK_FRAMING;
    if (http->content_length > INT64_MAX)
        return fail(self, "the chunk size overflows (RFC 9112 section 7.1)");
    return 0;
}

/* A quoted string has no DEL (RFC 9110 section 5.6.4), but llhttp 9.2 accepts it. */
static int on_extension_value(llhttp_t *http, const char *at, size_t length)
{
    struct chunked *self = chunked_of(http);
    self->refused = memchr(at, 0x7f, length);
    return self->refused ? fail(self, "Invalid character in chunk extensions quoted value") : 0;
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
    struct chunked *self = chunked_of(http);
    while (length-- > 0 && self->trailer_length < sizeof(self->trailer))
        self->trailer[self->trailer_length++] = *at++;
    return 0;
}

/* llhttp refuses Transfer-Encoding in a trailer, but 9.2 accepts an empty one. */
static int on_trailer_name_complete(llhttp_t *http)
{
    struct chunked *self = chunked_of(http);
    bool is_coding = element_is(self->trailer, self->trailer_length, "transfer-encoding");
    self->trailer_length = 0;
    return is_coding ? fail(self, "a trailer is Transfer-Encoding (RFC 9110 section 6.5.1)") : 0;
}

static int on_complete(llhttp_t *http)
{
    chunked_of(http)->state = CHUNKED_DONE;
    return HPE_PAUSED; /* the next bytes belong to the next message */
}

static const llhttp_settings_t settings = {
    .on_header_field = on_trailer_name,
    .on_header_field_complete = on_trailer_name_complete,
    .on_chunk_header = on_chunk_header,
    .on_chunk_extension_value = on_extension_value,
    .on_body = on_body,
    .on_message_complete = on_complete,
};

/* Sets llhttp to the state behind the head of a chunked response. */
static const llhttp_t *behind_head(void)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    static const llhttp_settings_t no_calls = {0};
    static _Thread_local llhttp_t http, with_calls;
    if (!http.settings) {
        llhttp_init(&with_calls, HTTP_RESPONSE, &settings);
        llhttp_init(&http, HTTP_RESPONSE, &no_calls);
        llhttp_execute(&http, head, sizeof(head) - 1);
        http.settings = with_calls.settings;
    }
    return &http;
}

void chunked_init(struct chunked *self, size_t framing)
{
    *self = (struct chunked){.http = *behind_head(), .framing_allowed = framing};
}

/* Feeds llhttp once. Returns how many bytes it has read. */
static size_t execute(struct chunked *self, const char *data, size_t size)
{
    llhttp_errno_t err = llhttp_execute(&self->http, data, size);
    if (err == HPE_OK)
        return size;
    const char *end = self->refused ? self->refused : llhttp_get_error_pos(&self->http);
    if (err != HPE_PAUSED && self->state != CHUNKED_FAILED) /* else a callback gave the reason */
        fail(self, llhttp_get_error_reason(&self->http));
    return (size_t)(end - data);
}

/*
 * Feeds llhttp pieces of which only the last byte can exceed the limit, so that the result does not
 * depend on the pieces in which the body arrives.
 */
size_t chunked_feed(struct chunked *self, const char *data, size_t size, char *content)
{
    size_t taken = 0;
    self->http.data = self; /* it may have moved */
    self->content = content;
    self->content_length = 0;
    while (taken < size && self->state == CHUNKED_BODY) {
        size_t left = self->framing_allowed - self->framing;
        size_t before = self->content_length;
        size_t piece = size - taken <= left ? size - taken : left + 1;
        piece = execute(self, data + taken, piece);
        taken += piece;
        self->framing += piece - (self->content_length - before);
        self->over_limit = self->framing > self->framing_allowed && self->state == CHUNKED_BODY;
        if (self->over_limit)
            fail(self, "too many bytes of chunk sizes, extensions and trailers");
    }
    return taken;
}
