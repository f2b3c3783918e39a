#include "price.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ask.h"

/* What a client sends becomes part of another request, so only letters are let through. */
static bool is_word(const char *text)
{
    return *text && text[strspn(text, "abcdefghijklmnopqrstuvwxyz")] == '\0';
}

int serve_price(hob_request *req, hob_response *res)
{
    char path[40], price[40];
    const char *goods = hob_path_value(req, "goods");
    if (!goods)
        return -ENOMEM;
    if (!is_word(goods) || snprintf(path, sizeof(path), "/%s", goods) >= (int)sizeof(path))
        return hob_reply_text(res, 404, "There is no such thing.\n");

    int status = ask("127.0.0.1:8081", path, price, sizeof(price));
    if (status == -ECANCELED)
        return status; /* the guest has left */
    if (status < 0)
        return hob_reply_text(res, 502, "The market is closed.\n");
    return hob_reply_text(res, status, price);
}
