#include "price.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The input of a client becomes part of another request, so only letters are allowed. */
static bool is_word(const char *text)
{
    return *text && text[strspn(text, "abcdefghijklmnopqrstuvwxyz")] == '\0';
}

/* Reads the first line of the answer. Returns its status, or a negative errno. */
static int read_line(hob_fetched *answer, char *line, size_t size)
{
    hob_bytes text;
    int err = hob_fetched_body(answer, &text);
    if (err == 0)
        snprintf(line, size, "%.*s", (int)strcspn(text.data, "\n"), text.data);
    hob_bytes_free(&text);
    return err < 0 ? err : hob_fetched_status(answer);
}

static int ask(hob_client *client, const char *url, char *price, size_t size)
{
    hob_fetched *answer;
    int status = hob_fetch(client, url, &answer);
    if (status == 0)
        status = read_line(answer, price, size);
    hob_fetched_close(answer);
    return status;
}

int find_price(hob_client *client, const char *goods, char *price, size_t size)
{
    char url[80];
    if (!goods)
        return -ENOMEM;
    if (!is_word(goods) || strlen(goods) > 40)
        return 404;
    snprintf(url, sizeof(url), "http://127.0.0.1:8081/%s", goods);
    double before = hob_deadline(1);
    int status = ask(client, url, price, size);
    hob_deadline_at(before); /* restores the deadline */
    return status;
}

int serve_price(hob_request *req, hob_response *res)
{
    char price[40];
    const char *goods = hob_path_value(req, "goods");
    int status = find_price(hob_state(req), goods, price, sizeof(price));
    switch (status) {
    case 200:
        return hob_reply_printf(res, 200, HOB_TEXT, "%s: %s\n", goods, price);
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
