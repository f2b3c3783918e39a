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
        if (hob_text_equals_any_case(name, names[i]))
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

int response_check_field(struct hob_response *self, const char *name, const char *value)
{
    if (self->replied) {
        log_late_header(self->request, name);
        return response_refuse_late(self);
    }
    bool valid = is_token(name, strlen(name)) && hob_is_field_value(value);
    return valid && !is_written_by_server(name) ? 0 : -EINVAL;
}

/* Reserves as much again as the lines have, for the copies that hob_response_header() makes. */
int response_append_field(struct hob_response *self, const char *name, const char *value)
{
    struct buffer *fields = &self->fields;
    size_t size = strlen(name) + strlen(value) + strlen(": \r\n");
    int err = buffer_reserve(fields, size + buffer_length(fields) + size);
    if (err < 0)
        return err;
    buffer_append(fields, name, strlen(name));
    buffer_append(fields, ": ", 2);
    buffer_append(fields, value, strlen(value));
    return buffer_append(fields, "\r\n", 2);
}

int hob_response_add_header(hob_response *res, const char *name, const char *value)
{
    int err = response_check_field(res, name, value);
    return err < 0 ? err : response_append_field(res, name, value);
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
