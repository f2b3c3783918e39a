/*
 * How do I read and write JSON?
 *
 *     $ curl localhost:8080/orders -d '{"dish": "tea", "count": 2}'
 *     {"dish":"tea","count":2,"state":"ordered"}
 *     $ curl localhost:8080/orders -d '{"dish": 1}'
 *     400 Bad Request: dish is not a string
 *     $ curl localhost:8080/orders -d nonsense
 *     400 Bad Request: the order is not JSON
 *
 * With Jansson; any other library will do.
 */
#include <errno.h>
#include <hob/hob.h>
#include <jansson.h>
#include <stdlib.h>

struct parsing {
    const char *text;
    size_t size;
    json_t *json; /* NULL if the text is wrong */
};

static int parse(void *arg)
{
    struct parsing *self = arg;
    self->json = json_loadb(self->text, self->size, 0, NULL);
    return 0;
}

static int reply(hob_response *res, const struct parsing *order)
{
    int count = 1;
    const char *dish;
    if (!order->json)
        return hob_reply_error(res, 400, "the order is not JSON");
    if (json_unpack(order->json, "{s:s, s?:i}", "dish", &dish, "count", &count) < 0)
        return hob_reply_error(res, 400, "dish is not a string");
    json_object_set_new(order->json, "state", json_string("ordered"));
    char *text = json_dumps(order->json, JSON_COMPACT);
    int err = text ? hob_reply_printf(res, 201, HOB_JSON, "%s\n", text) : -ENOMEM;
    free(text);
    return err;
}

static int take_order(hob_request *req, hob_response *res)
{
    struct parsing order = {0};
    int err = hob_body_all(req, 10000, &order.text, &order.size);
    if (err < 0)
        return err;
    hob_call_deep(parse, &order); /* it recurses as deep as the client likes: see docs/stacks.md */
    err = reply(res, &order);
    json_decref(order.json);
    return err;
}

int main(int argc, char **argv)
{
    const hob_route routes[] = {HOB_ROUTE("POST /orders", take_order), {0}};
    return hob_serve(argc > 1 ? argv[1] : "127.0.0.1:8080", routes);
}
