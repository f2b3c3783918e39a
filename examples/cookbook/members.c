/* Middleware of some routes, a value that it hands to handlers, and errors as JSON. */
#include <hob/hob.h>
#include <stdio.h>
#include <string.h>

/* The state of the routes: the member and its key. */
struct club {
    const char *key;
    const char *member;
};

static const hob_key member_key = {"member"};

static int only_members(hob_request *req, hob_response *res)
{
    const struct club *club = hob_state(req);
    const char *key = hob_request_header(req, "X-Key");
    if (!key || strcmp(key, club->key) != 0)
        return hob_reply_error(res, 401, "members have a key");
    int err = hob_request_set(req, &member_key, (void *)club->member);
    return err < 0 ? err : hob_next(req, res);
}

static int greet(hob_request *req, hob_response *res)
{
    const char *member = hob_request_get(req, &member_key);
    return hob_reply_printf(res, 200, HOB_TEXT, "hello %s\n", member);
}

static int serve_door(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 200, "this way\n");
}

/* For 404 and 405, for errors of handlers, and for requests that the server refuses. */
static int reply_problem(hob_request *req, hob_response *res, int status, const char *detail)
{
    (void)req;
    return hob_reply_printf(
        res, status, "application/problem+json", "{\"status\":%d,\"detail\":\"%s\"}\n", status,
        detail ? detail : "");
}

static void forbid_storing(void *unused, hob_response *res, const hob_head *head)
{
    (void)unused;
    if (head->status >= 400)
        hob_response_set_header(res, "Cache-Control", "no-store");
}

/* Before all handlers: the header depends on what they reply. */
static int store_no_errors(hob_request *req, hob_response *res)
{
    int err = hob_response_before_head(res, forbid_storing, NULL);
    return err < 0 ? err : hob_next(req, res);
}

static int make_router(struct club *club, hob_router **router)
{
    static hob_handler *const members[] = {only_members, NULL};
    const char *refused;
    const hob_route routes[] = {
        HOB_ROUTE("GET /door", serve_door),
        HOB_ROUTE("GET /lounge", greet, club, .middleware = members),
    };
    int err = hob_router_new(routes, 2, router, &refused);
    return err < 0 ? err : hob_router_use(*router, store_no_errors);
}

int main(void)
{
    struct club club = {.key = "sesame", .member = "Ali"};
    hob_router *router;
    hob_server *server;
    int socket = hob_listen("127.0.0.1:8080");
    if (socket < 0 || make_router(&club, &router) < 0)
        return 1;
    const hob_server_options options = {
        .handler = hob_router_handle,
        .router = router,
        .error_page = reply_problem,
        .sockets = &socket,
        .socket_count = 1,
        .handle_signals = true,
    };
    if (hob_server_open(&options, &server) < 0)
        return 1;
    puts("serving");
    fflush(stdout);
    int err = hob_server_run(server);
    hob_server_close(server);
    hob_router_free(router);
    return err < 0;
}
