/*
 * How do I read a form?
 *
 *     $ curl localhost:8080/order -d 'dish=fish+%26+chips&count=2'
 *     2 of fish &amp; chips
 *     $ curl localhost:8080/order -d count=2
 *     400 Bad Request: dish is missing
 */
#include <errno.h>
#include <hob/hob.h>

static int show_form(hob_request *req, hob_response *res)
{
    static const char page[] = "<form method=post action=/order><input name=dish>"
                               "<input name=count type=number><button>Order</button></form>\n";
    (void)req;
    return hob_reply(res, 200, HOB_HTML, page, sizeof(page) - 1);
}

static int take_order(hob_request *req, hob_response *res)
{
    size_t size;
    const char *form, *dish = NULL, *count = NULL;
    int err = hob_body_all(req, 10000, &form, &size); /* -EMSGSIZE, status 413, if it is larger */
    if (err == 0)
        err = hob_form_value(form, "dish", &dish);
    if (err >= 0)
        err = hob_form_value(form, "count", &count);
    if (err < 0)
        return err;
    if (!dish)
        return hob_reply_error(res, 400, "dish is missing");
    const char *escaped = hob_html_escape(dish); /* or the client could send a script */
    if (!escaped)
        return -ENOMEM;
    return hob_reply_printf(res, 200, HOB_HTML, "%s of %s\n", count ? count : "1", escaped);
}

int main(int argc, char **argv)
{
    const hob_route routes[] = {
        HOB_ROUTE("GET /", show_form),
        HOB_ROUTE("POST /order", take_order),
        {0},
    };
    return hob_serve(argc > 1 ? argv[1] : "127.0.0.1:8080", routes);
}
