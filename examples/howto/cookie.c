/*
 * How do I set and read a cookie?
 *
 *     $ curl localhost:8080/
 *     who are you?
 *     $ curl -c jar localhost:8080/login/ali
 *     welcome
 *     $ curl -b jar localhost:8080/
 *     hello ali
 */
#include <errno.h>
#include <hob/hob.h>
#include <stdio.h>
#include <string.h>

static int greet(hob_request *req, hob_response *res)
{
    const char *name = hob_request_cookie(req, "name"); /* decoded; NULL if it is absent */
    if (!name)
        return hob_reply_text(res, 200, "who are you?\n");
    return hob_reply_printf(res, 200, HOB_TEXT, "hello %s\n", name);
}

/* A service with real users sends an id that cannot be guessed: see getrandom(2). */
static int login(hob_request *req, hob_response *res)
{
    char cookie[300];
    const char *name = hob_path_value(req, "name");
    const char *encoded = hob_percent_encode(name, strlen(name)); /* ";" would end the value */
    if (!encoded)
        return -ENOMEM;
    int length = snprintf(
        cookie, sizeof(cookie), "name=%s; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax", encoded);
    if (length >= (int)sizeof(cookie))
        return hob_reply_error(res, 400, "the name is too long");
    int err = hob_response_add_header(res, "Set-Cookie", cookie);
    return err < 0 ? err : hob_reply_text(res, 200, "welcome\n");
}

int main(int argc, char **argv)
{
    const hob_route routes[] = {
        HOB_ROUTE("GET /", greet),
        HOB_ROUTE("GET /login/{name}", login),
        {0},
    };
    return hob_serve(argc > 1 ? argv[1] : "127.0.0.1:8080", routes);
}
