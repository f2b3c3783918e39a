/*
 * The frames of HTTP/2, as a session uses them. http2/framing.c provides these functions by nghttp2
 * and is a library of its own (hob::http2), which programs that do not link it need not load. So
 * the session calls it by one table of functions, and is called by another.
 */
#ifndef HOB_HTTP2_FRAMING_H
#define HOB_HTTP2_FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Error codes (RFC 9113 section 7). */
enum http2_error {
    HTTP2_NO_ERROR = 0,
    HTTP2_PROTOCOL_ERROR = 1,
    HTTP2_INTERNAL_ERROR = 2,
    HTTP2_REFUSED_STREAM = 7,
    HTTP2_CANCEL = 8,
    HTTP2_ENHANCE_YOUR_CALM = 11,
};

/* Types of frames (RFC 9113 section 6) that a session distinguishes. */
enum http2_frame {
    HTTP2_DATA = 0,
    HTTP2_HEADERS = 1,
    HTTP2_RST_STREAM = 3,
    HTTP2_WINDOW_UPDATE = 8,
    HTTP2_CONTINUATION = 9,
};

/* A field of a response. Has the layout of nghttp2_nv. */
struct http2_field {
    const char *name; /* copied in lower case, unless it is static */
    const char *value;
    size_t name_length;
    size_t value_length;
    uint8_t flags; /* HTTP2_STATIC_NAME */
};

enum { HTTP2_STATIC_NAME = 2 }; /* in lower case, and never freed */

struct http2_settings {
    uint32_t max_streams;      /* SETTINGS_MAX_CONCURRENT_STREAMS */
    uint32_t header_list_size; /* SETTINGS_MAX_HEADER_LIST_SIZE */
    uint32_t stream_window;    /* SETTINGS_INITIAL_WINDOW_SIZE */
    int32_t connection_window; /* bytes of all bodies together that the client may send */
};

struct http2_session;
struct http2_stream;

/*
 * Functions that the framing calls, in receive() and next_output(). None of them may call one of
 * these two.
 */
struct http2_events {
    /* A frame begins. */
    void (*begin_frame)(struct http2_session *self, int type, size_t length, bool ends_stream);

    /* The head of a request begins, has a field, and is complete. end_head() returns the stream. */
    void (*begin_head)(struct http2_session *self);
    void (*add_field)(
        struct http2_session *self, const char *name, size_t name_length, const char *value,
        size_t value_length);
    struct http2_stream *(*end_head)(struct http2_session *self, int32_t id);

    /* A request has a trailer. end_body() follows. */
    void (*add_trailer)(
        struct http2_stream *stream, const char *name, size_t name_length, const char *value,
        size_t value_length);

    /* The body of a request has more bytes, and is complete. */
    void (*add_body)(struct http2_stream *stream, const char *data, size_t size);
    void (*end_body)(struct http2_stream *stream);

    /*
     * Returns how many bytes of content, at most `most`, the next frame of a response has, and sets
     * *last if nothing follows. Returns -1 if there is none yet: see resume().
     */
    ssize_t (*count_content)(struct http2_stream *stream, size_t most, bool *last);

    /*
     * Sets the trailers of a response, which follow the last content, and returns their number.
     * Returns -ENOMEM without memory for them.
     */
    int (*list_trailers)(struct http2_stream *stream, const struct http2_field **fields);

    /*
     * Writes such a frame to the output: its header, and `size` bytes of content. Returns 0, 1 if
     * the output is full until some of it was sent, or -ENOMEM.
     */
    int (*put_content)(
        struct http2_stream *stream, const void *header, size_t header_size, size_t size);

    /* The stream is closed, with this error. The framing does not use it any more. */
    void (*close)(struct http2_stream *stream, uint32_t error);

    /*
     * The framing has reset a stream: its request breaks a rule of HTTP, or else there are too many
     * streams.
     */
    void (*refuse)(struct http2_session *self, bool malformed);

    /* The connection ends with this error. */
    void (*fail)(struct http2_session *self, uint32_t error, const char *reason, size_t length);

    /* The client has answered announce_end(). */
    void (*acknowledge_end)(struct http2_session *self);
};

/* The type of hob_server_options.http2. */
struct hob_http2_framing {
    /* Returns NULL when out of memory. */
    void *(*open)(
        struct http2_session *session, const struct http2_events *events,
        const struct http2_settings *settings);
    void (*free)(void *self);

    /* Reads frames. Returns 0, 1 if the client floods the server, or -ENOMEM. */
    int (*receive)(void *self, const char *input, size_t size);

    /* Makes the next frame of the output. Returns its size, 0 if there is none, or less than 0. */
    ssize_t (*next_output)(void *self, const char **frame);

    /* Whether the connection has ended: no frame is read or written any more. */
    bool (*is_over)(const void *self);

    /* Responds with a head. The content follows if there is any. Returns 0 or -ENOMEM. */
    int (*respond)(
        void *self, int32_t id, const struct http2_field *fields, size_t count, bool has_content);

    /* Sends status 100 (RFC 9110 section 15.2.1). Returns 0 or -ENOMEM. */
    int (*respond_continue)(void *self, int32_t id);

    /* There is content again, or its end. */
    void (*resume)(void *self, int32_t id);

    /* Ends the stream with this error. */
    void (*reset)(void *self, int32_t id, uint32_t error);

    /* Opens the windows by bytes of a body that were read or dropped. */
    void (*consume)(void *self, int32_t id, size_t size);

    /* Forgets the stream: no event is called for it any more. */
    void (*detach)(void *self, int32_t id);

    /* Announces that no more streams will be accepted soon, and asks the client to acknowledge. */
    void (*announce_end)(void *self);

    /* Accepts no more streams. The connection is over when those that are open are closed. */
    void (*end)(void *self);

    /* Ends the connection and all streams with this error. */
    void (*terminate)(void *self, uint32_t error);
};

#endif
