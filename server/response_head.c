/* The headers that handlers and middleware give to a response. */
#include <errno.h>
#include <string.h>

#include "diagnostics/misuse.h"
#include "hob/http.h"
#include "hob/log.h"
#include "hob/runtime.h"
#include "hob/text.h"
#include "http/syntax.h"
#include "response.h"
#include "runtime/arena.h"

struct hook {
    hob_head_hook *call;
    void *arg;
    struct hook *next;
};

static bool is_written_by_server(const char *name)
{
    static const char *const names[] = {
        "connection", "content-length",    "content-type", "date",
        "server",     "transfer-encoding", "x-request-id",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (hob_text_same(name, names[i]))
            return true;
    }
    return false;
}

static void log_late_header(const struct hob_request *request, const char *name)
{
    const char *path = hob_request_peek_path(request);
    hob_log(
        HOB_LOG_ERROR, "the header %s was added after the reply to %s %s, and is not sent", name,
        hob_request_method(request), path ? path : "a forgotten path");
}

static int check_field(hob_response *res, const char *name, const char *value)
{
    if (res->replied) {
        log_late_header(res->request, name);
        return response_refuse_late(res);
    }
    bool valid = is_token(name, strlen(name)) && hob_is_field_value(value);
    return valid && !is_written_by_server(name) ? 0 : -EINVAL;
}

static size_t line_size(const char *name, const char *value)
{
    return strlen(name) + strlen(value) + strlen(": \r\n");
}

/* Makes room for a line, and for the copies that hob_response_header() writes behind the lines. */
static int reserve(struct buffer *fields, size_t size)
{
    return buffer_reserve(fields, size + buffer_length(fields) + size);
}

static int append(struct buffer *fields, const char *name, const char *value)
{
    int err = reserve(fields, line_size(name, value));
    if (err < 0)
        return err;
    buffer_append(fields, name, strlen(name));
    buffer_append(fields, ": ", 2);
    buffer_append(fields, value, strlen(value));
    buffer_append(fields, "\r\n", 2);
    return 0;
}

int hob_response_add_header(hob_response *res, const char *name, const char *value)
{
    int err = check_field(res, name, value);
    return err < 0 ? err : append(&res->fields, name, value);
}

/* Where the next line of this name begins, at `at` or behind it, and its end. NULL without one. */
static char *find_line(const struct buffer *fields, char *at, const char *name, char **end)
{
    const char *last = fields->data + fields->end;
    size_t length = strlen(name);
    for (; at < last; at = *end) {
        const char *colon = memchr(at, ':', (size_t)(last - at));
        *end = (char *)memchr(colon, '\n', (size_t)(last - colon)) + 1;
        if ((size_t)(colon - at) == length && hob_text_same_n(at, name, length))
            return at;
    }
    return NULL;
}

static char *first_line(const struct buffer *fields)
{
    return fields->data + fields->start;
}

static void remove_lines(struct buffer *fields, const char *name)
{
    char *end;
    char *line = first_line(fields);
    while ((line = find_line(fields, line, name, &end))) {
        memmove(line, end, (size_t)(buffer_room(fields) - end));
        fields->end -= (size_t)(end - line);
    }
}

int hob_response_set_header(hob_response *res, const char *name, const char *value)
{
    struct buffer *fields = &res->fields;
    int err = check_field(res, name, value ? value : "");
    if (err == 0)
        err = reserve(fields, value ? line_size(name, value) : 1);
    if (err < 0)
        return err;
    remove_lines(fields, name);
    return value ? append(fields, name, value) : 0;
}

/* Writes a copy that ends with NUL to the free half of the buffer, at the same place as here. */
static const char *end_string(const struct buffer *fields, const char *value, size_t length)
{
    char *copy = fields->data + fields->end + (value - first_line(fields));
    *(char *)mempcpy(copy, value, length) = '\0';
    return copy;
}

const char *hob_response_header(const hob_response *res, const char *name)
{
    char *end;
    const struct buffer *fields = &res->fields;
    const char *line = fields->data ? find_line(fields, first_line(fields), name, &end) : NULL;
    if (!line)
        return NULL;
    const char *value = line + strlen(name) + 2;
    return end_string(fields, value, (size_t)(end - 2 - value));
}

/*
 * Hooks.
 */

int hob_response_before_head(hob_response *res, hob_head_hook *hook, void *arg)
{
    request_expect_task(res->request, __func__);
    if (res->replied)
        return response_refuse_late(res);
    if (arena_outlives(res->request->task, arg))
        misuse(__func__, "the argument is a local variable, which may be gone when the hook runs");
    struct hook *self = hob_alloc(sizeof(*self));
    if (!self)
        return -ENOMEM;
    *self = (struct hook){.call = hook, .arg = arg, .next = res->hooks};
    res->hooks = self;
    return 0;
}

void response_call_hooks(struct hob_response *self, const hob_head *head)
{
    const struct hook *hook = self->hooks;
    self->hooks = NULL; /* also if the reply fails: another one has the headers already */
    for (; hook; hook = hook->next)
        hook->call(hook->arg, self, head);
}
