/* Tests of handlers: no server runs, and no socket is opened. */
#include <hob/hob.h>
#include <hob/testing.h>
#include <stdio.h>
#include <string.h>

struct shop {
    int orders;
};

static int take_order(hob_request *req, hob_response *res)
{
    struct shop *shop = hob_state(req);
    const char *body;
    size_t size;
    int err = hob_body_all(req, 1000, &body, &size);
    if (err < 0)
        return err;
    if (size == 0)
        return hob_reply_error(res, 400, "the order is empty");
    shop->orders++;
    return hob_reply_printf(res, 201, HOB_TEXT, "%s: order %d", body, shop->orders);
}

static void test_order(const hob_route *routes)
{
    hob_test_reply *reply =
        hob_test_routes(routes, "POST /orders", &(hob_test_input){.body = "tea"});
    printf("%d %s\n", reply->status, reply->content);
    hob_test_reply_free(reply);
}

static void test_empty_order(const hob_route *routes)
{
    hob_test_reply *reply = hob_test_routes(routes, "POST /orders", NULL);
    printf("%d %s", reply->status, reply->content);
    hob_test_reply_free(reply);
}

static int hello(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 200, "hello\n");
}

static void test_hello(void)
{
    const hob_server_options server = {.handler = hello};
    hob_test_reply *reply = hob_test_request(&server, "GET /", NULL);
    printf("%d %s", reply->status, reply->content);
    printf("%s\n", hob_test_header(reply, "Content-Type"));
    hob_test_reply_free(reply);
}

int main(void)
{
    struct shop shop = {0};
    const hob_route routes[] = {HOB_ROUTE("POST /orders", take_order, &shop), {0}};
    test_order(routes);
    test_empty_order(routes);
    test_hello();
    return 0;
}
