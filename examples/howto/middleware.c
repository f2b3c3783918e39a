/*
 * How do I write middleware?
 *
 *     $ curl localhost:8080/
 *     401 Unauthorized
 *     $ curl -u ali:sesame localhost:8080/
 *     hello ali
 *     $ curl -u ali:sesame -sD - -o /dev/null localhost:8080/ | grep -c '^Server-Timing: app;dur='
 *     1
 */
#include <hob/hob.h>
#include <stdio.h>
#include <string.h>

static const hob_key user_key = {"user"};

/* Replies itself, or passes the request on with a value. */
static int authenticate(hob_request *req, hob_response *res)
{
    const char *credentials = hob_request_header(req, "Authorization");
    if (!credentials || strcmp(credentials, "Basic YWxpOnNlc2FtZQ==") != 0) {
        int err = hob_response_add_header(res, "WWW-Authenticate", "Basic realm=\"shop\"");
        return err < 0 ? err : hob_reply_error(res, 401, NULL);
    }
    int err = hob_request_set(req, &user_key, "ali");
    return err < 0 ? err : hob_next(req, res);
}

static void add_time(void *began, hob_response *res, const hob_head *head)
{
    char value[64];
    (void)head;
    snprintf(value, sizeof(value), "app;dur=%.3f", (hob_now() - *(double *)began) * 1000);
    hob_response_add_header(res, "Server-Timing", value);
}

/* Adds a header when the reply is known. */
static int measure(hob_request *req, hob_response *res)
{
    double *began = hob_alloc(sizeof(*began));
    if (began)
        *began = hob_now();
    int err = began ? hob_response_before_head(res, add_time, began) : 0;
    return err < 0 ? err : hob_next(req, res);
}

static int greet(hob_request *req, hob_response *res)
{
    const char *user = hob_request_get(req, &user_key);
    return hob_reply_printf(res, 200, HOB_TEXT, "hello %s\n", user);
}

int main(int argc, char **argv)
{
    static hob_handler *const both[] = {measure, authenticate, NULL}; /* in this order */
    const hob_route routes[] = {HOB_ROUTE("GET /", greet, .middleware = both), {0}};
    return hob_serve(argc > 1 ? argv[1] : "127.0.0.1:8080", routes);
}
