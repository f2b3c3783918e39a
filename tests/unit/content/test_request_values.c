/* A value that one function of a request passes to another. */

#include "hob/testing.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test.h"

TestSuite(values, .fini = expect_no_leaks, .timeout = 20);

static const hob_key user = {"user"}, cart = {"cart"};
static int first, second;

static int set_and_get(hob_request *req, hob_response *res)
{
    static const hob_key same_name = {"user"};
    cr_expect_null(hob_request_get(req, &user));
    cr_expect_eq(hob_request_set(req, &user, &first), 0);
    cr_expect_eq(hob_request_set(req, &cart, &second), 0);
    cr_expect_eq(hob_request_get(req, &user), &first);
    cr_expect_eq(hob_request_get(req, &cart), &second);
    cr_expect_null(hob_request_get(req, &same_name), "the address counts");
    return hob_reply_text(res, 200, "");
}

static int replace(hob_request *req, hob_response *res)
{
    hob_request_set(req, &user, &first);
    hob_request_set(req, &cart, &first);
    cr_expect_eq(hob_request_set(req, &user, &second), 0);
    cr_expect_eq(hob_request_get(req, &user), &second);
    cr_expect_eq(hob_request_set(req, &user, NULL), 0);
    cr_expect_null(hob_request_get(req, &user));
    cr_expect_eq(hob_request_get(req, &cart), &first);
    return hob_reply_text(res, 200, "");
}

static void call(hob_handler *handler)
{
    const hob_server_options server = {.handler = handler};
    hob_test_reply_free(hob_test_request(&server, "GET /", NULL));
}

Test(values, are_found_by_the_address_of_their_key)
{
    call(set_and_get);
}

Test(values, are_replaced)
{
    call(replace);
}
