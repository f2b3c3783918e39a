#include "delivery.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "accepts.h"
#include "hob/client.h"
#include "hob/log.h"
#include "hob/router.h"
#include "hob/text.h"
#include "hob/trace.h"
#include "query.h"

/* An order that has passed so many hobs goes in circles. */
enum { HOPS_MAX = 5 };

enum { PIECE = 2048 }; /* bytes of a stream that are passed on at a time */

/*
 * The order.
 */

/* The URL of the dish. NULL when out of memory. */
static char *write_url(const struct delivery *self, bool follow)
{
    const char *base = self->from->url;
    size_t path = strcspn(base, "?");
    const char *query = base + path;
    if (path > 0 && base[path - 1] == '/')
        path--;
    size_t size = strlen(base) + strlen(self->dish->name) + sizeof("/?progress");
    char *url = hob_alloc(size);
    if (url)
        snprintf(
            url, size, "%.*s/%s%s%s", (int)path, base, self->dish->name, query,
            !follow  ? ""
            : *query ? "&progress"
                     : "?progress");
    return url;
}

/* Via with this server as the last one (RFC 9110 section 7.6.3). NULL when out of memory. */
static char *write_via(const char *before)
{
    static const char own[] = "1.1 hob";
    size_t size = (before ? strlen(before) + 2 : 0) + sizeof(own);
    char *via = hob_alloc(size);
    if (via)
        snprintf(via, size, "%s%s%s", before ? before : "", before ? ", " : "", own);
    return via;
}

/* The seconds that the coroutine has left, rounded down to milliseconds; or INFINITY. */
static double seconds_left(void)
{
    double left = hob_deadline(INFINITY) - hob_now();
    return isinf(left) ? left : fmin(fmax(floor(left * 1e3) / 1e3, 0.001), DEADLINE_MAX);
}

/* Returns what the status of a neighbour means for the order. */
static int check_status(int status)
{
    switch (status) {
    case 200:
        return 0;
    case 504:
        return -ETIMEDOUT;
    case 508:
        return -ELOOP;
    default:
        return -EREMOTEIO;
    }
}

/* Orders the dish, and waits for the beginning of a response with status 200. */
static int order(struct delivery *self, bool follow, hob_fetched **fetched)
{
    double left = seconds_left();
    const hob_header headers[] = {
        {"Via", write_via(self->via)},
        {isinf(left) ? NULL : DEADLINE_HEADER, HOB_NUMBER(left)},
        {0},
    };
    const hob_fetch_request request = {
        .url = write_url(self, follow), .headers = headers, .address = self->from->address};
    *fetched = NULL;
    if (!request.url || !headers[0].value)
        return -ENOMEM;
    hob_trace_set_activity("at the neighbour's");
    int err = hob_fetch_with(self->kitchen->client, &request, fetched);
    if (err < 0)
        return err;
    self->status = hob_fetched_status(*fetched);
    return check_status(self->status);
}

int await_delivery(struct delivery *self, hob_bytes *served)
{
    hob_fetched *fetched;
    *served = (hob_bytes){0};
    int err = order(self, false, &fetched);
    if (err == 0)
        err = hob_fetched_body(fetched, served);
    hob_fetched_close(fetched);
    return err;
}

/*
 * Failures.
 */

/* Why there is no dish, for a guest: without addresses. */
static const char *reason_for(int err)
{
    switch (err) {
    case -ETIMEDOUT:
        return "is too slow";
    case -ELOOP:
        return "gets the order in circles";
    case -ECONNRESET:
    case -EPIPE:
        return "has closed the connection";
    case -EPROTO:
    case -EOVERFLOW:
        return "has sent an invalid response";
    case -EKEYREJECTED:
        return "has a certificate that is not accepted";
    case -EBADMSG:
        return "does not report its steps";
    case -EREMOTEIO:
        return "refuses the order";
    default:
        return "cannot be reached";
    }
}

static void log_failure(const struct delivery *self, int err, const char *reason)
{
    if (err == -EBADMSG || (self->status != 0 && self->status != 200))
        hob_log(HOB_LOG_WARN, "%s: its status is %d", reason, self->status);
    else
        hob_log(HOB_LOG_WARN, "%s: %s", reason, hob_fetch_error(self->kitchen->client));
}

/* Replies for a neighbour that has failed. Other errors are the handler's result. */
static int reply_failure(const struct delivery *self, hob_response *res, int err)
{
    char reason[100];
    int status = err == -ETIMEDOUT ? 504 : err == -ELOOP ? 508 : 502;
    if (err == -ECANCELED || err == -ENOMEM || err == -EMFILE || err == -ENFILE || err == -EAGAIN)
        return err;
    snprintf(reason, sizeof(reason), "the neighbour %s %s", self->from->name, reason_for(err));
    log_failure(self, err, reason);
    err = hob_response_add_header(res, "Cache-Control", "no-store");
    return err < 0 ? err : hob_reply_error(res, status, reason);
}

/*
 * The reply.
 */

static int serve_at_once(struct delivery *self, hob_response *res)
{
    hob_bytes served;
    int err = await_delivery(self, &served);
    if (err == 0)
        err = hob_response_add_header(res, "Cache-Control", "no-store");
    err = err < 0 ? reply_failure(self, res, err)
                  : hob_reply(res, 200, HOB_TEXT, served.data, served.size);
    hob_bytes_free(&served);
    return err;
}

/* Passes on each event as it comes. An error makes the stream break off. */
static int pass_steps(struct delivery *self, hob_response *res, hob_fetched *fetched)
{
    char piece[PIECE];
    int length = 0;
    int err = hob_event_stream(res);
    while (err == 0 && (length = hob_fetched_read(fetched, piece, sizeof(piece))) > 0)
        err = hob_send(res, piece, (size_t)length);
    if (length < 0 && length != -ECANCELED)
        log_failure(self, length, "a delivery breaks off");
    return err < 0 ? err : length;
}

static bool is_event_stream(const hob_fetched *fetched)
{
    static const char type[] = "text/event-stream";
    const char *value = hob_fetched_header(fetched, "Content-Type");
    return value && hob_text_equals_any_case_n(value, type, strlen(type));
}

/* The time limit of a handler without a reply is not for the stream: the neighbour gets none. */
static int serve_followed(struct delivery *self, hob_request *req, hob_response *res)
{
    hob_fetched *fetched;
    hob_request_set_timeout(req, INFINITY);
    int err = order(self, true, &fetched);
    if (err == 0 && !is_event_stream(fetched))
        err = -EBADMSG;
    err = err < 0 ? reply_failure(self, res, err) : pass_steps(self, res, fetched);
    hob_fetched_close(fetched);
    return err;
}

/*
 * The request.
 */

/* Counts the hobs in a list such as "1.1 hob, 1.0 cache:80 (Squid)". */
static size_t count_hops(const char *via)
{
    size_t hops = 0;
    while (via && *via) {
        via += strspn(via, ", \t");
        const char *name = via + strcspn(via, " \t,"); /* behind the version */
        name += strspn(name, " \t");
        hops += strncmp(name, "hob", 3) == 0 && strchr(", \t", name[3]); /* also finds the NUL */
        via += strcspn(via, ",");
    }
    return hops;
}

/* Returns 1, 0 after it has replied, or -ENOMEM. */
static int read_order(hob_request *req, hob_response *res, struct delivery *self)
{
    const char *dish = hob_path_value(req, "dish");
    self->kitchen = hob_state(req);
    self->dish = dish ? find_dish(self->kitchen, dish) : NULL;
    if (!self->dish || self->dish->demo) {
        hob_reply_text(res, 404, "dish: it is not on the menu\n");
        return 0;
    }
    self->from = query_upstream(req, res);
    if (!self->from)
        return 0;
    int err = hob_request_header_list(req, "Via", &self->via);
    if (err >= 0 && count_hops(self->via) >= HOPS_MAX) {
        hob_reply_error(res, 508, "the order has passed too many kitchens");
        return 0;
    }
    return err < 0 ? err : 1;
}

int serve_delivery(hob_request *req, hob_response *res)
{
    double deadline;
    struct delivery self = {.status = 0};
    int more = read_order(req, res, &self);
    if (more <= 0 || !request_deadline(req, res, &deadline))
        return more < 0 ? more : 0;
    if (deadline > 0)
        hob_deadline(deadline);
    hob_trace_lane(self.dish->title);
    int err = wants_progress(req) ? serve_followed(&self, req, res) : serve_at_once(&self, res);
    if (err == 0 && self.status == 200) {
        struct kitchen *kitchen = hob_state(req);
        kitchen->totals.served++;
    }
    return err;
}
