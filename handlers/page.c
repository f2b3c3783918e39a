#include "routes.h"

#include <errno.h>
#include <string.h>

#include "accepts.h"
#include "embedded.h"
#include "hob/router.h"

/* The page loads nothing from elsewhere, and no other page may frame it. */
static int put_headers(hob_response *res, bool compressed)
{
    int err = hob_response_add_header(res, "Content-Security-Policy", kitchen_page_policy);
    if (err == 0)
        err = hob_response_add_header(res, "X-Content-Type-Options", "nosniff");
    if (err == 0)
        err = hob_response_add_header(res, "Referrer-Policy", "no-referrer");
    if (err == 0)
        err = hob_response_add_header(res, "Cache-Control", "no-cache");
    if (err == 0 && compressed)
        err = hob_response_add_header(res, "Content-Encoding", "gzip");
    return err;
}

int serve_front(hob_request *req, hob_response *res)
{
    int err = hob_response_add_header(res, "Vary", "Accept, Accept-Encoding");
    if (err < 0)
        return err;
    if (!accepts(req, "text/html"))
        return serve_menu(req, res);
    bool compressed = accepts_coding(req, "gzip");
    const struct embedded *page = compressed ? &kitchen_page_gzip : &kitchen_page;
    err = put_headers(res, compressed);
    if (err < 0)
        return err;
    return hob_reply(res, 200, HOB_HTML, page->bytes, page->size);
}

int serve_recipe(hob_request *req, hob_response *res)
{
    static const struct {
        const char *dish;
        const struct embedded *source;
    } recipes[] = {
        {"french-fries", &recipe_french_fries},
        {"noodles", &recipe_noodles},
        {"meal", &recipe_meal},
    };
    const char *dish = hob_path_value(req, "dish");
    for (size_t i = 0; dish && i < sizeof(recipes) / sizeof(recipes[0]); i++) {
        if (strcmp(dish, recipes[i].dish) == 0)
            return hob_reply(res, 200, HOB_TEXT, recipes[i].source->bytes, recipes[i].source->size);
    }
    return -ENOENT;
}
