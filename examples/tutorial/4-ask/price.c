#include "price.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The input of a client becomes part of another request, so only letters are allowed. */
static bool is_word(const char *text)
{
    return *text && text[strspn(text, "abcdefghijklmnopqrstuvwxyz")] == '\0';
}

/* Replies with the response of the market. */
static int pass_on(hob_fetched *answer, hob_response *res)
{
    hob_bytes text;
    int err = hob_fetched_body(answer, &text);
    if (err == 0)
        err = hob_reply_text(res, hob_fetched_status(answer), text.data);
    hob_bytes_free(&text);
    return err;
}

int serve_price(hob_request *req, hob_response *res)
{
    char url[80];
    const char *goods = hob_path_value(req, "goods");
    if (!goods)
        return -ENOMEM;
    if (!is_word(goods) || strlen(goods) > 40)
        return hob_reply_text(res, 404, "There is no such thing.\n");

    hob_fetched *answer;
    snprintf(url, sizeof(url), "http://127.0.0.1:8081/%s", goods);
    int err = hob_fetch(hob_state(req), url, &answer);
    if (err == -ECANCELED)
        return err; /* the guest has left */
    if (err < 0)
        return hob_reply_text(res, 502, "The market is closed.\n");
    return pass_on(answer, res);
}
