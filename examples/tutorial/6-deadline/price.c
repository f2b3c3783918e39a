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

int find_price(const char *goods, char *price, size_t size)
{
    char path[40];
    if (!goods)
        return -ENOMEM;
    if (!is_word(goods) || snprintf(path, sizeof(path), "/%s", goods) >= (int)sizeof(path))
        return 404;
    double before = hob_deadline(1);
    int status = ask("127.0.0.1:8081", path, price, size);
    hob_deadline_at(before); /* from here on there is as much time as before */
    if (status > 0)
        price[strcspn(price, "\n")] = '\0';
    return status;
}

int serve_price(hob_request *req, hob_response *res)
{
    char price[40], line[80];
    const char *goods = hob_path_value(req, "goods");
    int status = find_price(goods, price, sizeof(price));
    switch (status) {
    case 200:
        snprintf(line, sizeof(line), "%s: %s\n", goods, price);
        return hob_reply_text(res, 200, line);
    case 404:
        return hob_reply_text(res, 404, "There is no such thing.\n");
    case -ETIMEDOUT:
        return hob_reply_text(res, 504, "The market does not answer.\n");
    case -ECANCELED:
        return status; /* the guest has left */
    default:
        return hob_reply_text(res, 502, "The market is closed.\n");
    }
}
